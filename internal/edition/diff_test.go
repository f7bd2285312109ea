package edition_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

var diffZone = time.FixedZone("", 8*60*60)

// paper returns an edition of some articles: of their months, without the
// pending ones, and of a feed that has the newest three.
func paper(station string, articles map[string]edition.Article, foreign []edition.Article, pending ...article.Month) *edition.Edition {
	sorted := slices.SortedFunc(maps.Values(articles), func(a, b edition.Article) int {
		return cmp.Or(a.Published.Compare(b.Published), cmp.Compare(a.ID, b.ID))
	})
	lines, n := map[string][]byte{}, map[string]int{}
	add := func(path string, a edition.Article) { lines[path], n[path] = a.AppendTo(lines[path]), n[path]+1 }
	for _, a := range sorted {
		if month := article.MonthOf(a.Published, diffZone); !slices.Contains(pending, month) {
			add(network.ShardPath(month, 1+len(a.ID)%2), a)
		}
	}
	for i, a := range slices.Backward(slices.Concat(foreign, sorted)) {
		if i >= len(foreign)+len(sorted)-3 {
			a.Unlisted = false // feeds know nothing of that
			add(network.FeedPath("", network.RSS), a)
		}
	}
	contents, documents := map[string]*edition.Document{}, map[string]*edition.Document{}
	for path, text := range lines {
		contents[path] = edition.Revision{AsOf: edition.Epoch, Items: n[path]}.ReviseContent(edition.NewContents(text), nil)
		documents[path] = edition.NewDocument("text/plain", text, edition.Epoch)
	}
	return edition.New(station, edition.Epoch, "build", documents).WithContents(contents).WithPending(pending)
}

// byID returns what an edition says of each article: its months, else its feed.
func byID(t rapid.TB, e *edition.Edition) map[string]edition.Article {
	all := map[string]edition.Article{}
	for _, feeds := range []bool{true, false} {
		for path, contents := range e.AllContents() {
			if _, _, shard := network.ParseShardPath(path); shard == feeds {
				continue
			}
			for a, err := range edition.Articles(contents) {
				if err != nil {
					t.Fatal(err)
				}
				all[a.ID] = a
			}
		}
	}
	return all
}

// TestDiff holds that what Diff says, applied to the contents of one edition,
// gives those of the other.
func TestDiff(t *testing.T) {
	article := rapid.Custom(func(t *rapid.T) edition.Article {
		id := fmt.Sprint(rapid.IntRange(0, 30).Draw(t, "id"), "\t\n\\"[:rapid.IntRange(0, 3).Draw(t, "odd")])
		published := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 240).Draw(t, "hours")*12) * time.Hour)
		return edition.Article{
			ID: id, Published: published, Updated: published.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "update")) * time.Hour),
			Address: "https://xt.news.example/" + id, Unlisted: rapid.IntRange(0, 4).Draw(t, "unlisted") == 0,
		}
	})
	articles := func(t *rapid.T, name string) map[string]edition.Article {
		all := map[string]edition.Article{}
		for _, a := range rapid.SliceOfN(article, 0, 20).Draw(t, name) {
			all[a.ID] = a
		}
		return all
	}
	rapid.Check(t, func(t *rapid.T) {
		before := articles(t, "before")
		after := maps.Clone(before)
		for id := range before {
			if rapid.IntRange(0, 3).Draw(t, "left") == 0 {
				delete(after, id)
			}
		}
		maps.Copy(after, articles(t, "after"))
		a, b := paper("xt", before, nil), paper("xt", after, nil)
		diff, err := edition.Diff(a, b)
		if err != nil {
			t.Fatal(err)
		}
		got, want := byID(t, a), byID(t, b)
		for _, x := range diff.Left {
			if _, ok := got[x.ID]; !ok {
				t.Errorf("%q left and was not there", x.ID)
			}
			delete(got, x.ID)
		}
		for _, x := range diff.Came {
			if _, ok := got[x.ID]; ok {
				t.Errorf("%q came and was there", x.ID)
			}
			got[x.ID] = x
		}
		for _, x := range diff.Changed {
			if old, ok := got[x.ID]; !ok || old == x {
				t.Errorf("%q changed from %v", x.ID, old)
			}
			got[x.ID] = x
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for path, d := range b.All() {
			old, ok := a.Document(path)
			if same := ok && old.Hash() == d.Hash(); same == slices.Contains(diff.Paths, path) {
				t.Errorf("%s is the same: %t", path, same)
			}
		}
	})
}

func dated(id string, month time.Month) edition.Article {
	at := time.Date(2026, month, 10, 12, 0, 0, 0, time.UTC)
	return edition.Article{ID: id, Published: at, Updated: at, Address: "https://xt.news.example/" + id}
}

func of(articles ...edition.Article) map[string]edition.Article {
	all := map[string]edition.Article{}
	for _, a := range articles {
		all[a.ID] = a
	}
	return all
}

func ids(articles []edition.Article) (all []string) {
	for _, a := range articles {
		all = append(all, a.ID)
	}
	return all
}

func TestDiffOfPendingMonths(t *testing.T) {
	january := article.Month{Year: 2026, Month: time.January}
	whole := paper("xt", of(dated("1", 1), dated("2", 2), dated("3", 3)), nil)
	pending := paper("xt", of(dated("1", 1), dated("2", 2), dated("3", 3), dated("4", 4)), nil, january)
	diff, err := edition.Diff(whole, pending)
	if err != nil || len(diff.Left) > 0 || len(diff.Changed) > 0 || !slices.Equal(ids(diff.Came), []string{"4"}) {
		t.Errorf("%+v, %v", diff, err)
	}
	if diff, err = edition.Diff(nil, whole); err != nil || len(diff.Came) != 3 || len(diff.Paths) != 4 {
		t.Errorf("from nothing: %+v, %v", diff, err)
	}
	if diff, err = edition.Diff(whole, nil); err != nil || len(diff.Left) != 3 || len(diff.Paths) != 4 {
		t.Errorf("to nothing: %+v, %v", diff, err)
	}
	// The month comes, with what a feed had and has no more.
	pending = paper("xt", of(dated("1", 1), dated("2", 1), dated("3", 1), dated("4", 2)), nil, january)
	whole = paper("xt", of(dated("1", 1), dated("2", 1), dated("3", 1), dated("4", 2), dated("5", 3), dated("6", 3)), nil)
	if diff, err = edition.Diff(pending, whole); err != nil || len(diff.Left)+len(diff.Changed) > 0 || !slices.Equal(ids(diff.Came), []string{"5", "6"}) {
		t.Errorf("built: %+v, %v", diff, err)
	}
	damaged := edition.New("xt", edition.Epoch, "", nil).WithContents(map[string]*edition.Document{
		"/rss.xml": edition.NewDocument("text/plain", []byte("no contents\n"), edition.Epoch),
	})
	if _, err := edition.Diff(whole, damaged); !errors.Is(err, edition.ErrDamaged) {
		t.Errorf("damaged contents: %v", err)
	}
}

func TestWithdrawn(t *testing.T) {
	unlisted := func(a edition.Article) edition.Article {
		a.Unlisted = true
		return a
	}
	older := paper("xt", of(dated("1", 1), dated("2", 1), unlisted(dated("3", 1)), dated("4", 2), dated("5", 3), dated("6", 4)), nil)
	tests := []struct {
		name    string
		current []*edition.Edition
		want    []string
	}{
		{"nothing has happened", []*edition.Edition{older}, nil},
		{"newer ones", []*edition.Edition{paper("xt", of(
			dated("1", 1), dated("2", 1), unlisted(dated("3", 1)), dated("4", 2), dated("5", 3), dated("6", 4), dated("7", 4), dated("8", 4), dated("9", 4)), nil)}, nil},
		{"withdrawn, and expired", []*edition.Edition{paper("xt", of(dated("1", 1), unlisted(dated("3", 1)), dated("4", 2), dated("6", 4)), nil)}, []string{"2", "5"}},
		{"noindex, out of the feeds, is still there", []*edition.Edition{paper("xt", of(
			unlisted(dated("1", 1)), dated("2", 1), unlisted(dated("3", 1)), dated("4", 2), dated("5", 3), dated("6", 4)), nil)}, nil},
		{"noindex, out of the feeds, withdrawn", []*edition.Edition{paper("xt", of(dated("1", 1), dated("2", 1), dated("4", 2), dated("5", 3), dated("6", 4)), nil)}, []string{"3"}},
		{"moved", []*edition.Edition{
			paper("xt", of(dated("1", 1), unlisted(dated("3", 1)), dated("4", 2), dated("5", 3)), nil),
			paper("yy", of(dated("2", 1), dated("9", 4)), nil),
		}, []string{"6"}},
		{"moved, and withdrawn there", []*edition.Edition{
			paper("xt", of(dated("1", 1), unlisted(dated("3", 1)), dated("4", 2), dated("5", 3), dated("6", 4)), nil),
			paper("yy", of(dated("9", 1)), nil),
		}, []string{"2"}},
		{"published at another time", []*edition.Edition{paper("xt", of(
			dated("1", 1), dated("2", 3), unlisted(dated("3", 1)), dated("4", 2), dated("5", 3), dated("6", 4)), nil)}, nil},
		{"months pending", []*edition.Edition{paper("xt", of(dated("5", 3)), nil,
			article.Month{Year: 2026, Month: 1}, article.Month{Year: 2026, Month: 2})}, []string{"6"}},
		{"no current edition", nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			current := map[string]*edition.Edition{}
			for _, e := range tt.current {
				current[e.Station()] = e
			}
			got, err := edition.Withdrawn(older, current)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("Withdrawn = %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

// The station of all carries the articles of others in its feeds only.
func TestWithdrawnOfAll(t *testing.T) {
	older := paper("www", nil, []edition.Article{dated("1", 1), dated("2", 1), dated("3", 4)})
	current := map[string]*edition.Edition{
		"www": paper("www", nil, []edition.Article{dated("7", 4), dated("8", 4), dated("9", 4)}),
		"xt":  paper("xt", of(dated("1", 1), dated("9", 4)), nil),
		"yy":  paper("yy", of(dated("3", 4), dated("7", 4), dated("8", 4)), nil),
	}
	got, err := edition.Withdrawn(older, current)
	if err != nil || !slices.Equal(got, []string{"2"}) {
		t.Errorf("Withdrawn = %q, %v; want 2 only", got, err)
	}
}
