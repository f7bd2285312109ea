package markup

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// tokens lists what the scanner reads, in words.
func tokens(s string) (list []string) {
	z := scanner{s: s}
	for {
		t, ok := z.next()
		if !ok {
			return list
		}
		switch t.kind {
		case textToken, rawToken:
			list = joinText(list, t.raw)
		case endTag:
			list = append(list, "end "+t.name)
		case startTag:
			var word strings.Builder
			word.WriteString("start " + t.name)
			seen := map[string]bool{}
			a := attributes{s: t.attrs}
			for {
				name, value, ok := a.next()
				if !ok {
					break
				}
				if name = lower(name); name != "" && !seen[name] {
					seen[name] = true
					word.WriteString(" " + name + "=" + decodeAttribute(value))
				}
			}
			list = append(list, word.String())
		}
	}
}

// reference lists what the tokenizer of golang.org/x/net/html reads.
func reference(s string) (list []string) {
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return list
		case html.TextToken:
			list = joinText(list, string(z.Raw()))
		case html.EndTagToken:
			name, _ := z.TagName()
			list = append(list, "end "+string(name))
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			var word strings.Builder
			word.WriteString("start " + string(name))
			for more {
				var key, value []byte
				key, value, more = z.TagAttr()
				if len(key) > 0 {
					word.WriteString(" " + string(key) + "=" + string(value))
				}
			}
			if string(name) == "noscript" || string(name) == "plaintext" {
				z.NextIsNotRawText()
			}
			list = append(list, word.String())
		}
	}
}

// joinText appends a text, to the text before where there is one: where the
// two part a text says nothing.
func joinText(list []string, s string) []string {
	if n := len(list); n > 0 && strings.HasPrefix(list[n-1], "text ") {
		list[n-1] += s
		return list
	}
	return append(list, "text "+s)
}

func scans() []string {
	return []string{
		"", "湘潭", "a < b", "<", "</", "</>", "</ x>y", "<!", "<!>", "<?xml?>a", "<!-- a -->b", "<!-->b", "<!--->b", "<!--a--!>b",
		"<!--a", "<![CDATA[<a>]]>", "<!doctype html>x", "<a", "<a ", "<a href", "<a href=", `<a href="`, `<a href="x`, "<a href='x'", "<a/", "<a/>",
		`<A HREF="x" href=y>z</A>`, `<a b=c d = 'e' f="g"h i=/ j=>k`, `<a =b ==c / d>`, `<a b="c>d">`, "<a\nb\f=\tc>", `<img src=1.jpg/>`,
		"<script>if (a<b) '</p>'</script>x", "<style></style >y", "<textarea><b></textarea\n>", "<title>a</titles>b</TITLE/>c", "<iframe><a></iframe>",
		"<noscript><img src=1></noscript>", "</p a=b>", "<p<b>", "<AZaz09 BZ=1></AZ>", "<a&amp;=&lt;>", "x<y", "<NBA>", "<o:p>", "<script", "<script>",
		"<script><!-- <script> a </script> --></script>b", "<script><!-- <script> a --></script>b", "<script><!--></script>b", "<script><!-- </script>b", "<script><!--<scripts></script>b", "<script><!--<script>a</script>--x</script>b", "<script><!--<script>a</script >b</SCRIPT>c", `<script>document.write("<script></script>");</script>`, "<script><!-- --!></script>a",
		"<a b='&lt &ltt; &lt= &lt;= &copy &copyx &semi; &#106&#x61v &#; &nosuch; & &'>", "<SCRIPT></\u017fcript></script>", "<B\u00d9 \u212a=1>", "<xmp></xm", "<plaintext><b>",
	}
}

func TestScan(t *testing.T) {
	for _, s := range scans() {
		if diff := cmp.Diff(reference(s), tokens(s)); diff != "" {
			t.Errorf("%q: %s", s, diff)
		}
	}
}

// FuzzScan compares the scanner with the tokenizer of golang.org/x/net/html.
func FuzzScan(f *testing.F) {
	for _, s := range scans() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		// There NUL, CR and what is no UTF-8 change; here that has gone before.
		if strings.ContainsAny(s, "\x00\r\ufffd") || strings.ToValidUTF8(s, "") != s {
			t.Skip()
		}
		if diff := cmp.Diff(reference(s), tokens(s)); diff != "" {
			t.Errorf("%q: %s", s, diff)
		}
	})
}
