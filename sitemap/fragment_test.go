package sitemap_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"feedstation/sitemap"
)

// A file is its frame with fragments between, wherever they were cut.
func TestFragment(t *testing.T) {
	for _, tt := range append(shapes(), whole()) {
		t.Run(tt.name, func(t *testing.T) {
			opts := tt.opts
			head, tail := opts.Frame()
			opts.Fragment = true
			one := build(t, opts, tt.url)
			if got, want := head+string(one)+tail, string(build(t, tt.opts, tt.url)); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if got, want := string(build(t, opts, tt.url, tt.url)), string(one)+string(one); got != want {
				t.Errorf("two in one fragment are\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// A fragment has the limits of the file that it will be in.
func TestFragmentLimits(t *testing.T) {
	urls := articles(3)
	whole := build(t, sitemap.Options{}, urls...)
	for _, short := range []int64{0, 1} {
		opts := sitemap.Options{Fragment: true, MaxBytes: int64(len(whole)) - short}
		w := sitemap.NewWriter(io.Discard, opts)
		for _, u := range urls[:2] {
			add(t, w, u)
		}
		if err := w.Add(urls[2]); errors.Is(err, sitemap.ErrFull) != (short == 1) {
			t.Errorf("%d bytes short: %v", short, err)
		}
		if size := w.Size(); short == 0 && size != int64(len(whole)) {
			t.Errorf("size %d, that of the file is %d", size, len(whole))
		}
	}
}

// tap is a compressor, or a file, that is told to pass on what it has.
type tap struct {
	bytes.Buffer
	passed []string // up to each Flush
	err    error
}

func (w *tap) Flush() error {
	w.passed = append(w.passed, w.String())
	w.Reset()
	return w.err
}

func (w *tap) Close() error { return nil }

func TestFlush(t *testing.T) {
	urls := articles(5)
	bad := sitemap.URL{Loc: "no address"}
	w := &tap{}
	var asked []string
	opts := sitemap.Options{MaxURLs: 4, Fragment: true, Invalid: func(*sitemap.URLError) error { return nil }, FlushAfter: func(loc string) bool {
		asked = append(asked, loc)
		return loc == urls[1].Loc || loc == urls[3].Loc
	}}
	_, err := sitemap.Split(sequence(slices.Insert(slices.Clone(urls), 2, bad), nil), opts, func(int) (io.WriteCloser, error) { return w, nil })
	if err != nil {
		t.Fatal(err)
	}
	for i, u := range urls {
		if i >= len(asked) || asked[i] != u.Loc {
			t.Fatalf("asked after %q, want each URL that was added, once", asked)
		}
	}
	plain := sitemap.Options{Fragment: true}
	got := slices.Concat(w.passed, []string{w.String()})
	want := []string{string(build(t, plain, urls[:2]...)), string(build(t, plain, urls[2:4]...)), string(build(t, plain, urls[4]))}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "---\n"), strings.Join(want, "---\n"))
	}
}

// The error of a Flush is that of a file, and final.
func TestFlushError(t *testing.T) {
	urls := articles(2)
	opts := sitemap.Options{FlushAfter: func(string) bool { return true }}
	broken := &tap{err: errShelf}
	w := sitemap.NewWriter(broken, opts)
	if err := w.Add(urls[0]); !errors.Is(err, errShelf) {
		t.Errorf("Add: %v, want that of Flush", err)
	}
	if err := w.Add(urls[1]); !errors.Is(err, errShelf) {
		t.Errorf("Add after that: %v", err)
	}
	if err := w.Close(); !errors.Is(err, errShelf) {
		t.Errorf("Close: %v", err)
	}
	_, err := sitemap.Split(sequence(urls, nil), opts, func(int) (io.WriteCloser, error) { return broken, nil })
	if !errors.Is(err, errShelf) || !strings.Contains(err.Error(), "file 1") {
		t.Errorf("Split: %v, want the error of file 1", err)
	}
}

// A file that holds nothing back need not have Flush.
func TestFlushOfPlainWriter(t *testing.T) {
	var file bytes.Buffer
	w := sitemap.NewWriter(&file, sitemap.Options{FlushAfter: func(string) bool { return true }})
	for i, u := range articles(2) {
		add(t, w, u)
		if got := strings.Count(file.String(), "</url>"); got != i+1 {
			t.Errorf("%d URLs have been written after %d", got, i+1)
		}
	}
}
