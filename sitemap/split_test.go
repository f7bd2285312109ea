package sitemap_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"testing"

	"feedstation/sitemap"

	"github.com/google/go-cmp/cmp"
)

// shelf opens files in memory and notes what happens to them.
type shelf struct {
	files  []*file
	events []string

	openErr, writeErr, closeErr int // number of the file that fails
}

type file struct {
	bytes.Buffer
	shelf *shelf
	n     int
	block int // the largest write
}

var errShelf = errors.New("shelf is broken")

func (s *shelf) open(n int) (io.WriteCloser, error) {
	s.events = append(s.events, fmt.Sprintf("open %d", n))
	if n == s.openErr {
		return nil, errShelf
	}
	f := &file{shelf: s, n: n}
	s.files = append(s.files, f)
	return f, nil
}

func (f *file) Write(p []byte) (int, error) {
	if f.n == f.shelf.writeErr {
		return 0, errShelf
	}
	f.block = max(f.block, len(p))
	return f.Buffer.Write(p)
}

func (f *file) Close() error {
	f.shelf.events = append(f.shelf.events, fmt.Sprintf("close %d", f.n))
	if f.n == f.shelf.closeErr {
		return errShelf
	}
	return nil
}

// sequence yields the URLs, and then err unless it is nil.
func sequence(urls []sitemap.URL, err error) iter.Seq2[sitemap.URL, error] {
	return func(yield func(sitemap.URL, error) bool) {
		for _, u := range urls {
			if !yield(u, nil) {
				return
			}
		}
		if err != nil {
			yield(sitemap.URL{}, err)
		}
	}
}

func TestSplit(t *testing.T) {
	urls := articles(7)
	one := len(write(t, sitemap.Options{}, urls[0])) - len(head) - len(tail)
	tests := []struct {
		name   string
		opts   sitemap.Options
		n      int
		want   []int // URLs of each file
		events []string
	}{
		{"no URL, no file", sitemap.Options{}, 0, nil, nil},
		{"one file", sitemap.Options{}, 7, []int{7}, []string{"open 1", "close 1"}},
		{
			"by number",
			sitemap.Options{MaxURLs: 3},
			7,
			[]int{3, 3, 1},
			[]string{"open 1", "close 1", "open 2", "close 2", "open 3", "close 3"},
		},
		{
			"exactly full, no empty file behind",
			sitemap.Options{MaxURLs: 3},
			6,
			[]int{3, 3},
			[]string{"open 1", "close 1", "open 2", "close 2"},
		},
		{
			"by bytes",
			sitemap.Options{MaxBytes: int64(len(head) + len(tail) + 4*one)},
			7,
			[]int{4, 3},
			[]string{"open 1", "close 1", "open 2", "close 2"},
		},
		{
			"a byte short",
			sitemap.Options{MaxBytes: int64(len(head) + len(tail) + 4*one - 1)},
			7,
			[]int{3, 3, 1},
			[]string{"open 1", "close 1", "open 2", "close 2", "open 3", "close 3"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &shelf{}
			files, err := sitemap.Split(sequence(urls[:tt.n], nil), tt.opts, s.open)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.events, s.events); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			if len(s.files) != len(tt.want) {
				t.Fatalf("%d files, want %d", len(s.files), len(tt.want))
			}
			var wantFiles []sitemap.File
			rest := urls
			for i, n := range tt.want {
				want := string(write(t, tt.opts, rest[:n]...))
				latest := slices.MaxFunc(rest[:n], func(a, b sitemap.URL) int { return a.LastMod.Compare(b.LastMod) })
				wantFiles = append(wantFiles, sitemap.File{URLs: n, Bytes: int64(len(want)), LastMod: latest.LastMod})
				if diff := cmp.Diff(want, s.files[i].String()); diff != "" {
					t.Errorf("file %d (-want +got):\n%s", i+1, diff)
				}
				rest = rest[n:]
			}
			if diff := cmp.Diff(wantFiles, files); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSplitErrors(t *testing.T) {
	urls := articles(5)
	// So that writing fails in the file's middle and not only at its end.
	long := articles(2000)
	database := errors.New("database is gone")
	bad := sitemap.URL{Loc: "/relative"}
	tests := []struct {
		name   string
		shelf  shelf
		urls   iter.Seq2[sitemap.URL, error]
		want   string
		events []string
	}{
		{"sequence fails at once", shelf{}, sequence(nil, database), "database is gone", nil},
		{
			"sequence fails in the second file",
			shelf{},
			sequence(urls[:3], database), "database is gone",
			[]string{"open 1", "close 1"},
		},
		{
			"bad URL",
			shelf{},
			sequence([]sitemap.URL{urls[0], urls[1], bad}, nil), `url "/relative": not an absolute http(s) URL`,
			nil,
		},
		{
			"open fails",
			shelf{openErr: 2},
			sequence(urls, nil), "file 2: shelf is broken",
			[]string{"open 1", "close 1", "open 2"},
		},
		{
			"write fails",
			shelf{writeErr: 2},
			sequence(urls, nil), "file 2: shelf is broken",
			[]string{"open 1", "close 1", "open 2"},
		},
		{
			"close fails",
			shelf{closeErr: 2},
			sequence(urls, nil), "file 2: shelf is broken",
			[]string{"open 1", "close 1", "open 2", "close 2"},
		},
		{
			"close of the last fails",
			shelf{closeErr: 1},
			sequence(urls[:1], nil), "file 1: shelf is broken",
			[]string{"open 1", "close 1"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &tt.shelf
			_, err := sitemap.Split(tt.urls, sitemap.Options{MaxURLs: 2}, s.open)
			if got := errorText(err); got != tt.want {
				t.Errorf("Split: %s, want %s", got, tt.want)
			}
			if diff := cmp.Diff(tt.events, s.events); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("write fails on the way", func(t *testing.T) {
		s := &shelf{writeErr: 1}
		taken := 0
		_, err := sitemap.Split(func(yield func(sitemap.URL, error) bool) {
			for _, u := range long {
				taken++
				if !yield(u, nil) {
					return
				}
			}
		}, sitemap.Options{}, s.open)
		if !errors.Is(err, errShelf) {
			t.Errorf("Split: %v, want the file's error", err)
		}
		if taken > 1000 {
			t.Errorf("took %d URLs, although the first block could not be written", taken)
		}
	})
}

func TestSplitInvalid(t *testing.T) {
	urls := articles(4)
	bad := sitemap.URL{Loc: "/relative"}
	stop := errors.New("too many bad ones")
	tests := []struct {
		name  string
		urls  []sitemap.URL
		stop  bool
		want  string
		files int
		left  int // URLs left out
		in    int // URLs in the first file
	}{
		{name: "left out", urls: []sitemap.URL{bad, urls[0], bad, urls[1], bad}, want: "no error", files: 1, left: 3, in: 2},
		{name: "left out at the turn", urls: []sitemap.URL{urls[0], urls[1], bad, urls[2]}, want: "no error", files: 2, left: 1, in: 2},
		{name: "all left out", urls: []sitemap.URL{bad, bad}, want: "no error", left: 2},
		{name: "stopped", urls: []sitemap.URL{bad, bad, urls[0]}, stop: true, want: "too many bad ones", left: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var left []*sitemap.URLError
			opts := sitemap.Options{MaxURLs: 2, Invalid: func(bad *sitemap.URLError) error {
				left = append(left, bad)
				if tt.stop {
					return stop
				}
				return nil
			}}
			s := &shelf{}
			_, err := sitemap.Split(sequence(tt.urls, nil), opts, s.open)
			if got := errorText(err); got != tt.want {
				t.Errorf("Split: %s, want %s", got, tt.want)
			}
			if len(left) != tt.left || left[0].Loc != bad.Loc {
				t.Errorf("left out %v, want %d times %s", left, tt.left, bad.Loc)
			}
			if len(s.files) != tt.files {
				t.Fatalf("%d files, want %d", len(s.files), tt.files)
			}
			if tt.files > 0 {
				if got := len(read(t, s.files[0].Bytes()).URLs); got != tt.in {
					t.Errorf("%d URLs in the first file, want %d", got, tt.in)
				}
			}
		})
	}
}

// What Split holds back is bounded, however large the files are.
func TestSplitBlocks(t *testing.T) {
	s := &shelf{}
	if _, err := sitemap.Split(sequence(articles(10_000), nil), sitemap.Options{MaxURLs: 8_000}, s.open); err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, f := range s.files {
		total += bytes.Count(f.Bytes(), []byte("<url>"))
		if f.block > 33<<10 {
			t.Errorf("file %d was written in blocks of %d bytes", f.n, f.block)
		}
	}
	if len(s.files) != 2 || total != 10_000 {
		t.Errorf("%d URLs in %d files, want 10000 in 2", total, len(s.files))
	}
}
