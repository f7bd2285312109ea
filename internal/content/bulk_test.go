package content_test

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

// few is how many changes the stores of these tests tell one by one.
const few = 5

// asker asks for what has changed since it last did.
type asker struct {
	t     *testing.T
	store *content.Store
	since time.Time
}

// ask returns what is told, by station, time of publication and kind.
func (a *asker) ask() []article.Change {
	a.t.Helper()
	present := snapshot(a.t, a.store)
	defer present.Close()
	got, err := gather(present.Changes(a.t.Context(), a.since))
	if err != nil {
		a.t.Fatal(err)
	}
	a.since = present.Time()
	slices.SortFunc(got, func(x, y article.Change) int {
		return cmp.Or(cmp.Compare(x.Station, y.Station), x.Published.Compare(y.Published), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.ID, y.ID))
	})
	return got
}

func (a *asker) want(what string, want ...article.Change) {
	a.t.Helper()
	sums := cmpopts.IgnoreFields(article.Group{}, "Sum")
	if diff := gocmp.Diff(want, a.ask(), sums, cmpopts.EquateEmpty()); diff != "" {
		a.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// TestEngineChangesInGroups holds that changes are told one by one while they are
// few, and in groups when there are more; of these only what is new, or other than
// it was, is told again.
func TestEngineChangesInGroups(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now()
		stamp := at.Add(-time.Minute)
		day := func(month time.Month, n int) time.Time { return time.Date(2019, month, n, 10, 0, 0, 0, time.UTC) }
		s := e.store(t, func(o *content.Options) { o.OneByOne = few })
		a := &asker{t, s, at.Add(-time.Minute)}
		one := func(id, station string, published, modified time.Time) article.Change {
			return article.Change{ID: id, Station: station, Published: published, At: modified}
		}
		group := func(station string, first, last, newest time.Time, count int64) article.Change {
			return article.Change{Station: station, Published: first, At: newest, Group: article.Group{Last: last, Count: count}}
		}
		write := func(station, id string, published, modified time.Time) {
			story := story(id, published)
			story.Station = station
			e.write(t, e.db, modified, story)
		}
		rows := []article.Change{}
		for i := range few {
			id := fmt.Sprint(i)
			write("xt", id, day(3, 1+i), stamp)
			rows = append(rows, one(id, "xt", day(3, 1+i), stamp))
		}
		a.want("few", rows...)
		write("cs", "c", day(3, 9), stamp)
		write("xt", "y", day(7, 9), stamp)
		march, july, cs := group("xt", day(3, 1), day(3, few), stamp, few), group("xt", day(7, 9), day(7, 9), stamp, 1), group("cs", day(3, 9), day(3, 9), stamp, 1)
		a.want("too many", cs, march, july)
		a.want("again")

		write("xt", "new", day(7, 10), at.Add(-10*time.Second))
		slow := at.Add(-61 * time.Second)
		write("cs", "slow", day(3, 4), slow)
		a.want("one of a slow transaction, and a new one: both in what was told before",
			group("cs", day(3, 4), day(3, 9), stamp, 2), march, group("xt", day(7, 9), day(7, 10), at.Add(-10*time.Second), 2))
		a.want("again, after that")

		ahead := a.since.Add(time.Hour).Truncate(time.Millisecond)
		write("xt", "ahead", day(7, 11), ahead)
		a.want("one that is new alone", one("ahead", "xt", day(7, 11), ahead))
		if e.name != content.SQLite {
			a.want("that again, since its time is to come", one("ahead", "xt", day(7, 11), ahead))
			return
		}
		e.exec(t, "DELETE FROM articles WHERE id = '1'")
		got := a.ask()
		left := func(c article.Change) bool {
			return c.Kind == article.Left && c.ID == "1" && c.Station == "xt" && c.Published.Equal(day(3, 2))
		}
		if !slices.ContainsFunc(got, left) || !slices.ContainsFunc(got, func(c article.Change) bool { return c.Group.Count == few-1 }) {
			t.Errorf("one that is deleted: %+v", got)
		}
		e.exec(t, "UPDATE articles SET station = 'cs' WHERE id = '2'")
		if got := a.ask(); !slices.ContainsFunc(got, func(c article.Change) bool {
			return c.Kind == article.Left && c.ID == "2" && c.Station == "xt" && c.Published.Equal(day(3, 3))
		}) || !slices.ContainsFunc(got, func(c article.Change) bool { return c.Kind == article.Written && c.ID == "2" && c.Station == "cs" }) {
			t.Errorf("one that has moved: %+v", got)
		}
	})
}

// TestChangesInGroupsEnd holds that changes are told one by one again when those
// that were too many are over, and that nobody is told less who knows less.
func TestChangesInGroupsEnd(t *testing.T) {
	file := filepath.Join(t.TempDir(), "content.db")
	synctest.Test(t, func(t *testing.T) {
		s, err := content.OpenWith(t.Context(), content.Options{Driver: content.SQLite, DSN: file, OneByOne: few})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		at := time.Now().UTC()
		hour, minute := at.Add(-time.Hour), at.Add(time.Minute)
		a := &asker{t, s, at}
		var many []article.Article
		for i := range 3 * few {
			many = append(many, story(fmt.Sprint(i), hour, expires(at.Add(time.Hour))))
		}
		put(t, s, many...)
		all := article.Change{Station: "xt", Published: hour, At: at, Group: article.Group{Last: hour, Count: 3 * few}}
		a.want("too many", all)

		time.Sleep(time.Minute)
		put(t, s, story("new", at))
		before := a.since
		appeared := article.Change{Station: "xt", Published: at, At: at, Kind: article.Appeared, Group: article.Group{Last: at, Count: 1}}
		a.want("a new one, whose embargo has ended in what was told before",
			all, article.Change{ID: "new", Station: "xt", Published: at, At: minute}, appeared)
		a.since = before
		a.want("for one who knows less",
			article.Change{Station: "xt", Published: hour, At: minute, Group: article.Group{Last: at, Count: 3*few + 1}}, appeared)
		a.want("for the same one again, when nothing was written",
			article.Change{ID: "new", Station: "xt", Published: at, At: at, Kind: article.Appeared})

		time.Sleep(3 * time.Minute)
		a.ask()
		put(t, s, story("newer", hour))
		a.want("when the many are over", article.Change{ID: "newer", Station: "xt", Published: hour, At: at.Add(4 * time.Minute)})

		time.Sleep(2 * time.Hour)
		expired := all
		expired.At, expired.Kind = at.Add(time.Hour), article.Expired
		a.want("when the time of all of them ends", expired)
		a.want("when that is known")
	})
}

// TestEngineChangesInGroupsSettle holds that a group is told again as long as more
// may belong to it that leaves its time as it is.
func TestEngineChangesInGroupsSettle(t *testing.T) {
	servers(t, func(t *testing.T, e *engine) {
		a := &asker{t, e.store(t, func(o *content.Options) { o.OneByOne = few }), now()}
		for i := range 2 * few {
			e.write(t, e.db, a.since, story(fmt.Sprint(i), time.Date(2019, 3, 1, 0, 0, 0, 0, time.UTC)))
		}
		for range 2 {
			if got := a.ask(); len(got) != 1 || got[0].Group.Count != 2*few || !got[0].Again {
				t.Errorf("changes of this moment: %+v", got)
			}
		}
	})
}

// TestEngineChangesInGroupsBroken holds that broken rows neither are told nor keep
// others of their station and time from being told.
func TestEngineChangesInGroupsBroken(t *testing.T) {
	servers(t, func(t *testing.T, e *engine) {
		a := &asker{t, e.store(t, func(o *content.Options) { o.OneByOne = few }), now().Add(-time.Minute)}
		published := time.Date(1900, 1, 2, 0, 0, 0, 0, time.UTC)
		for i := range 2 * few {
			e.write(t, e.db, a.since, story(fmt.Sprint(i), published))
		}
		e.exec(t, "UPDATE articles SET published = NULL WHERE id = '1'")
		e.exec(t, "UPDATE articles SET station = NULL WHERE id = '2'")
		e.exec(t, "UPDATE articles SET station = '' WHERE id = '3'")
		e.exec(t, "UPDATE articles SET published = '1899-12-31 00:00:00' WHERE id = '4'")
		want := int64(2*few - 4)
		if e.name == content.Postgres {
			e.exec(t, "UPDATE articles SET published = '-infinity' WHERE id = '5'")
			e.exec(t, "UPDATE articles SET published = 'infinity' WHERE id = '6'")
			want -= 2
		}
		if got := a.ask(); len(got) != 1 || got[0].Group.Count != want || !got[0].Published.Equal(published) || !got[0].Group.Last.Equal(published) {
			t.Errorf("changes: %+v, want a group of %d", got, want)
		}
	})
}
