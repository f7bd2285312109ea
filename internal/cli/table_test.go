package cli

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTable(t *testing.T) {
	var out bytes.Buffer
	table(&out, [][]string{
		{"station", "name", "documents", ""},
		{"xt", "湘潭站", "7", "failed"},
		{"zjj", "Zhangjiajie", "1000", ""},
	})
	want := "" +
		"station  name         documents\n" +
		"xt       湘潭站               7  failed\n" +
		"zjj      Zhangjiajie       1000\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestProgressElsewhere(t *testing.T) {
	var out bytes.Buffer
	in := &invocation{terminal: Terminal{Stderr: &out}}
	p := in.progress("articles", 10, false)
	p.add(3)
	p.last = p.last.Add(-lineEvery)
	p.add(2)
	p.add(5)
	p.finish()
	if got, want := out.String(), "articles: 5 of 10 (50 %)\n"; got != want {
		t.Errorf("progress = %q; want %q", got, want)
	}
}
