package ingest

import (
	same "cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// shelf is a store in memory. It has the guid "taken" already.
type shelf struct {
	ids     []string
	filed   []string // stations and channels
	batches []int    // how many articles each transaction stored
}

func (s *shelf) PutOthers(_ context.Context, articles iter.Seq2[article.Article, error], odd func(article.Fault)) (int, error) {
	var ids []string
	for a, err := range articles {
		if err != nil {
			return 0, err
		}
		if a.GUID == "taken" {
			odd(article.Fault{Place: "guid", Err: errors.New("taken")})
		}
		ids = append(ids, a.ID)
		s.filed = append(s.filed, a.Station+" "+strings.Join(a.Channels, " "))
	}
	s.ids = append(s.ids, ids...)
	s.batches = append(s.batches, len(ids))
	return len(ids), nil
}

func record(id, more string) string {
	return fmt.Sprintf(`{"id":%q,"station":"xt","url":"https://xt.news.example/%[1]s","title":"t","published":"2026-11-20T08:00:00Z"%s}`+"\n", id, more)
}

// stations returns a network of the station xt.
func stations(t *testing.T) *network.Network {
	t.Helper()
	n, err := network.New("湘江新闻网", []*network.Station{{
		ID: "xt", Was: []string{"xiangtan"}, URL: "https://xt.news.example", Channels: []network.Channel{{ID: "moment", Was: []string{"now", "flash"}}},
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestIntake(t *testing.T) {
	var many strings.Builder
	for n := range 2500 {
		many.WriteString(record(fmt.Sprint(n), ""))
	}
	good, odd, taken := record("1", ""), record("2", `,"tags":[true],"channels":["gossip"]`), record("3", `,"guid":"taken"`)
	for _, tt := range []struct {
		name    string
		in      string
		strict  bool
		station string
		want    Count
		batches []int
		said    []string
		err     error
		filed   string // of the first
	}{
		{name: "nothing"},
		{name: "blank lines", in: "\n \n", want: Count{}},
		{name: "batches", in: many.String(), want: Count{Stored: 2500}, batches: []int{1000, 1000, 500}},
		{name: "strict is one transaction", in: many.String(), strict: true, want: Count{Stored: 2500}, batches: []int{2500}},
		{
			name: "a broken line costs itself", in: "{\n" + good, want: Count{Stored: 1, Refused: 1}, batches: []int{1},
			said: []string{"in:1: broken JSON: the line ends in the middle of a value"},
		},
		{
			name: "strict", in: "{\n" + good, strict: true, want: Count{Refused: 1}, err: ErrRefused,
			said: []string{"in:1: broken JSON: the line ends in the middle of a value"},
		},
		{
			name: "odd values are left out", in: odd, batches: []int{1},
			want: Count{Stored: 1, LeftOut: 1, UnknownChannels: map[string]int{"xt/gossip": 1}},
			said: []string{"in:1: left out tags[0]: want a string, got bool"},
		},
		{
			name: "strict odd values", in: odd, strict: true, want: Count{Refused: 1}, err: ErrRefused,
			said: []string{"in:1: tags[0]: want a string, got bool"},
		},
		{
			name: "left out by the store", in: good + taken + good, want: Count{Stored: 3, LeftOut: 1}, batches: []int{3},
			said: []string{"in:2: left out guid: taken"},
		},
		{
			name: "strict, left out by the store", in: good + taken, strict: true, want: Count{Refused: 1}, err: ErrRefused,
			said: []string{"in:2: guid: taken"},
		},
		{
			name: "a station that is not configured", in: strings.ReplaceAll(good, `"xt"`, `"yy"`), want: Count{Refused: 1},
			said: []string{`in:1: station: "yy" is not in the configuration`},
		},
		{
			name: "another station than the one that is wanted", in: good, station: "zz", want: Count{Refused: 1},
			said: []string{`in:1: station: want zz, got "xt"`},
		},
		{
			name: "former ids", in: strings.ReplaceAll(record("1", `,"channels":["flash","moment","gossip"]`), `"xt"`, `"xiangtan"`), station: "xt",
			want: Count{Stored: 1, UnknownChannels: map[string]int{"xt/gossip": 1}}, batches: []int{1}, filed: "xt moment moment gossip",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var store shelf
			var said []string
			i := &Intake{
				Network: stations(t), Whole: tt.strict, Strict: tt.strict, Station: tt.station,
				Refused: func(at Place, err error) { said = append(said, fmt.Sprintf("%s: %v", at, err)) },
				LeftOut: func(at Place, odd []article.Fault) {
					said = append(said, fmt.Sprintf("%s: left out %v", at, Joined(odd)))
				},
			}
			if err := i.Put(t.Context(), &store, Lines("in", strings.NewReader(tt.in))); !errors.Is(err, tt.err) {
				t.Errorf("Put: %v; want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, i.Count); diff != "" {
				t.Errorf("count (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.batches, store.batches); diff != "" {
				t.Errorf("transactions (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.said, said); diff != "" {
				t.Errorf("said (-want +got):\n%s", diff)
			}
			if tt.filed != "" && tt.filed != store.filed[0] {
				t.Errorf("filed under %q, want %q", store.filed[0], tt.filed)
			}
		})
	}
}

// TestIntakeReadError holds that what came before a read error is stored, and
// nothing of a strict intake.
func TestIntakeReadError(t *testing.T) {
	broken := errors.New("broken pipe")
	for _, strict := range []bool{false, true} {
		var store shelf
		i := &Intake{Network: stations(t), Whole: strict}
		err := i.Put(t.Context(), &store, Lines("in", io.MultiReader(strings.NewReader(record("1", "")), iotest.ErrReader(broken))))
		want := 1
		if strict {
			want = 0
		}
		if !errors.Is(err, broken) || len(store.ids) != want {
			t.Errorf("strict %t: %v stored, %v; want %d and %v", strict, store.ids, err, want, broken)
		}
	}
}

func TestID(t *testing.T) {
	long := strings.Repeat("x", article.MaxIDBytes)
	for _, tt := range []struct{ text, want, err string }{
		{"5207683", "5207683", ""},
		{"a b", "a b", ""},
		{`"a\"b"`, `a"b`, ""},
		{`{"id":"7","station":"xt"}`, "7", ""},
		{`{"id": 7}`, "7", ""},
		{`{"station":"xt"}`, "", "id: missing"},
		{`{"id":null}`, "", "id: missing"},
		{`{"id":["7"]}`, "", "id: want a string"},
		{`{"id":`, "", "broken JSON: unexpected end of JSON input"},
		{`"7`, "", "broken JSON: unexpected end of JSON input"},
		{`["7"]`, "", "want an id, or a JSON object with one"},
		{`""`, "", "id: want 1 to 190 bytes of UTF-8"},
		{"\xff", "", "id: want 1 to 190 bytes of UTF-8"},
		{long, long, ""},
		{long + "x", "", "id: want 1 to 190 bytes of UTF-8"},
	} {
		got, err := ID(Record{Text: []byte(tt.text)})
		if got != tt.want || fmt.Sprint(err) != same.Or(tt.err, "<nil>") {
			t.Errorf("ID(%.40q) = %.40q, %v; want %.40q, %s", tt.text, got, err, tt.want, tt.err)
		}
	}
}

// TestIntakePanic holds that what reading a record panics with reaches the caller, which
// may know what to do.
func TestIntakePanic(t *testing.T) {
	i := &Intake{}
	result := i.decoding(make([]Record, 1))
	if got := result(); len(got) != 1 || !got[0].none {
		t.Errorf("%+v", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	(*Intake)(nil).decoding([]Record{{Text: []byte("{}")}})()
}
