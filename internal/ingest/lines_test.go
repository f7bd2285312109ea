package ingest

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestLines(t *testing.T) {
	type read struct {
		Number  int
		Text    string
		TooLong bool
	}
	long := strings.Repeat("x", maxLine)
	for _, tt := range []struct {
		name, in string
		want     []read
	}{
		{name: "nothing"},
		{name: "no line break at the end", in: "a\nb", want: []read{{1, "a", false}, {2, "b", false}}},
		{name: "blank lines count", in: "a\n\n \r\nb\n", want: []read{{1, "a", false}, {2, "", false}, {3, "", false}, {4, "b", false}}},
		{name: "byte order mark", in: "\ufeff{}\r\n", want: []read{{1, "{}", false}}},
		{name: "longer than the reader's buffer", in: long[:3<<20] + "\nb", want: []read{{1, long[:3<<20], false}, {2, "b", false}}},
		{name: "too long", in: long + "\nb\n", want: []read{{1, "", true}, {2, "b", false}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []read
			bytes := 0
			for l, err := range lines(strings.NewReader(tt.in)) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, read{l.number, string(l.text), l.tooLong})
				bytes += l.bytes
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("lines (-want +got):\n%.300s", diff)
			}
			if bytes != len(tt.in) {
				t.Errorf("%d bytes told of %d", bytes, len(tt.in))
			}
		})
	}
}

func TestLinesError(t *testing.T) {
	broken := errors.New("broken pipe")
	var last error
	n := 0
	for l, err := range lines(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken))) {
		if last = err; err == nil {
			n = l.number
		}
	}
	if n != 1 || !errors.Is(last, broken) {
		t.Errorf("line %d, then %v; want line 1, then %v", n, last, broken)
	}
}
