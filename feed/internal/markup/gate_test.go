package markup

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// TestGate goes to the gate past the writer.
func TestGate(t *testing.T) {
	tests := []struct {
		name, in string
		passes   bool
		want     string
	}{
		{"nothing", "", true, ""},
		{"text", `R&amp;D "a" it's > b`, true, `R&amp;D "a" it's > b`},
		{"tags", `<p lang="zh">湘<br>潭</p>`, true, `<p lang="zh">湘<br>潭</p>`},
		{"apostrophe", `<a href="https://a.example/" title="it's">a</a>`, true, `<a href="https://a.example/" title="it's">a</a>`},
		{"script", "<p>a<script>b</script></p>", false, "<p>a</p>"},
		{"unknown element", "<p>a<nosuch>b</nosuch></p>", false, "<p>ab</p>"},
		{"event handler", `<p onclick="x()">a</p>`, false, "<p>a</p>"},
		{"scheme", `<a href="javascript:x()">a</a>`, false, "a"},
		{"scheme in a set", `<img src="https://a.example/1.jpg" srcset="javascript:x 1x">`, false, `<img src="https://a.example/1.jpg">`},
		{"no attributes", "<a>a</a><img>", false, "a"},
		{"a bracket in a value", `<p title="><script>x</script>">a</p>`, false, `<p title="&gt;&lt;script&gt;x&lt;/script&gt;">a</p>`},
		{"values in tags that make one together", `<p title="><b lang="zh">`, false, `<p title="&gt;&lt;b lang=">`},
		{"quotes of the other kind", `<p title='"'>a</p>`, false, `<p title="&#34;">a</p>`},
		{"no quotes", `<p title=a'b>c</p>`, false, `<p title="a'b">c</p>`},
		{"upper case", "<P>a</P>", false, "<p>a</p>"},
		{"end tag with an attribute", "<p>a</p x>", false, "<p>a</p>"},
		{"an attribute that is there twice", `<p lang="a" lang="b">c</p>`, false, `<p lang="a">c</p>`},
		{"comment", "a<!-- b -->c", false, "ac"},
		{"tag without an end", "a<p", false, "a"},
		{"two brackets", "a<<p>b", false, "a&lt;<p>b"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := passes([]byte(test.in)); got != test.passes {
				t.Errorf("passes: %t", got)
			}
			if got := gate([]byte(test.in)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestPlainTag holds that the policy leaves what is not shown to it.
func TestPlainTag(t *testing.T) {
	for tag, want := range map[string]bool{
		`<a href="https://a.example/x?a=1&amp;b=2">`: true, `<a href="http://a.example">`: true, `<a href="https://a.example/" title="湘潭">`: true,
		`<img src="https://a.example/1.jpg" alt="" width="600" height="50%">`: true, `<p lang="zh-CN">`: true, `<ol start="3" reversed="">`: true,
		`<td colspan="2">`:                 true,
		`<a href="https://a.example/%2e">`: true, `<a href="https://a.example/wiki/%E6%B9%98_(X):a,b!@+?q=%zz">`: false, `<a href="https://a.example/wiki/%E6%B9%98_(X):a,b!@+?q=%2f#c:d(e)">`: true,
		`<a href="https://a.example/#">`: false, `<a href="https://a.example/#a#b">`: false, `<a href="https://a.example#a">`: false,

		`<a title="x">`: false, `<img alt="x">`: false, `<a href="javascript:x">`: false, `<a href="https://a.example/&#34;">`: false, `<a href="https://a.example/%">`: false, `<a href="https://a.example/%2">`: false, `<a href="https://a.example/%2g">`: false,
		`<a href="https://a.example/?">`: false, `<a href="https://a@b.example/">`: false, `<a href="https://a.example:80/">`: false, `<a href="https://a.example/&x;">`: false,
		`<a href="https://?x">`: false, `<p onclick="x">`: false, `<p lang="a" lang="b">`: false, `<p title="a&#39;b">`: false, `<p title="'">`: false, `<p title="a"x="b">`: false,
		`<p title="a" >`: false, `<p title="a"/>`: false, `<p  title="a">`: false, `<script src="https://a.example/">`: false, `<a>`: false, `</p x="">`: false,
	} {
		if got := isPlainTag([]byte(tag)); got != want {
			t.Errorf("%s: %t", tag, got)
		}
		if left := policy.Sanitize(tag); want && left != tag {
			t.Errorf("%s: the policy makes %s of it", tag, left)
		}
	}
}

// TestWriterPasses holds that the gate has nothing to do.
func TestWriterPasses(t *testing.T) {
	for _, s := range attacks() {
		if got := Body(s, page(t)); !passes([]byte(got)) {
			t.Errorf("%.200q: the gate would change %.500s", s, got)
		}
	}
}

// FuzzGate holds that what passes has no tag, nor attribute, that the policy
// takes out when it reads the whole.
func FuzzGate(f *testing.F) {
	for _, s := range attacks() {
		if len(s) < 1000 {
			f.Add(s)
			f.Add(Body(s, nil))
		}
	}
	f.Add(`<p lang="zh">湘 it's "a"<br></p><a href="https://a.example/?a=1&amp;b=2" title="it's &#34;b&#34;">a</a>`)
	f.Fuzz(func(t *testing.T, s string) {
		if !passes([]byte(s)) {
			return
		}
		if diff := cmp.Diff(markupOf(t, string(sanitize([]byte(s)))), markupOf(t, s)); diff != "" {
			t.Errorf("%q passes (-policy +gate):\n%s", s, diff)
		}
	})
}

// markupOf lists the tags of s as the tokenizer of golang.org/x/net/html reads
// them, which knows nothing of the scanner here.
func markupOf(t *testing.T, s string) (list []string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(s))
	for z.Next() != html.ErrorToken {
		if token := z.Token(); token.Type != html.TextToken {
			list = append(list, token.Type.String()+" "+token.String())
		}
	}
	return list
}
