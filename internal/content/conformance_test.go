package content_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

// now is the present as every engine can store it.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

func TestEngineRoundTrip(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		s := e.store(t)
		whole := full()
		whole.Title = strings.ReplaceAll(whole.Title, "\x00", `"\`) // not in PostgreSQL's texts
		bare := story("1", time.Date(1985, 1, 1, 0, 0, 0, 0, time.UTC))
		early := story("2", time.Date(1950, 10, 1, 7, 0, 0, 0, time.UTC), in("xt", `it's "quoted" \`))
		e.write(t, e.db, now(), early, bare, whole)
		if diff := cmp.Diff([]article.Article{whole, bare, early}, latest(t, s, []string{"xt"}, "", 9)); diff != "" {
			t.Errorf("Latest (-want +got):\n%s", diff)
		}
		present := snapshot(t, s)
		defer present.Close()
		listed := []article.Article{early, bare, whole}
		listed[0].Channels = nil
		listed[2].Authors, listed[2].Editor, listed[2].Source, listed[2].Tags, listed[2].Channels = nil, "", article.Source{}, nil, nil
		listed[2].Rights, listed[2].OriginalURL, listed[2].NextURL = "", "", ""
		listed[2].Images, listed[2].GUID = addressesOnly(listed[2].Images), ""
		if diff := cmp.Diff(listed, listing(t, present, "xt", time.Time{}, now().AddDate(9000, 0, 0))); diff != "" {
			t.Errorf("Listing (-want +got):\n%s", diff)
		}
		listed[2].Summary, listed[2].Body = "", ""
		if e.name != content.SQLite { // which can't have one twice
			listed[2].GUID = whole.GUID
		}
		if diff := cmp.Diff(listed, inventory(t, present)); diff != "" {
			t.Errorf("Inventory (-want +got):\n%s", diff)
		}
		if faults := faultsOf(present); faults != nil {
			t.Errorf("faults: %q", faults)
		}
	})
}

// An article changed no later than its row was written, and not before it was
// published.
func TestEngineUpdateIsOfTheRow(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now().Add(-time.Minute)
		updated := func(id string, published, updated time.Time) article.Article {
			a := story(id, published)
			a.Updated = updated
			return a
		}
		e.write(t, e.db, at,
			updated("1", at.Add(-time.Hour), at.Add(time.Hour)), updated("2", at.Add(-2*time.Hour), at.Add(-time.Hour)),
			updated("3", at.Add(30*time.Second), at.Add(time.Hour)),
		)
		want := map[string]time.Time{"1": at, "2": at.Add(-time.Hour), "3": at.Add(30 * time.Second)}
		s := e.store(t)
		present := snapshot(t, s)
		defer present.Close()
		for name, articles := range map[string][]article.Article{
			"Latest": latest(t, s, []string{"xt"}, "", 9), "Listing": listing(t, present, "xt", time.Time{}, at.AddDate(1, 0, 0)), "Inventory": inventory(t, present),
		} {
			got := map[string]time.Time{}
			for _, a := range articles {
				got[a.ID] = a.Updated
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	})
}

func TestEngineLatest(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now()
		e.write(
			t, e.db, at,
			story("a1", at.Add(-3*time.Hour), in("xt", "moment", "culture")),
			story("a2", at.Add(-2*time.Hour), in("xt", "moment")),
			story("b1", at.Add(-time.Hour), in("cs", "moment")),
			story("a3", at.Add(-time.Hour), in("xt")), // as old as b1 and b2
			story("b2", at.Add(-time.Hour), in("cs")),
			story("c1", at, in("zz", "moment")),
			story("d1", at.Add(-4*time.Hour), in("yy", "other")),
		)
		s := e.store(t)
		for _, tt := range []struct {
			name     string
			stations []string
			channel  string
			limit    int
			want     []string
		}{
			{"of a station, newest first", []string{"xt"}, "", 9, []string{"a3", "a2", "a1"}},
			{"at most so many", []string{"xt"}, "", 2, []string{"a3", "a2"}},
			{"none at all", []string{"xt"}, "", 0, nil},
			{"of a channel", []string{"xt"}, "moment", 9, []string{"a2", "a1"}},
			{"of a channel without articles", []string{"xt"}, "politics", 9, nil},
			{"of several stations, equal times by id", []string{"cs", "xt", "zz"}, "", 9, []string{"c1", "b2", "b1", "a3", "a2", "a1"}},
			{"of several stations, a channel", []string{"xt", "cs", "zz"}, "moment", 3, []string{"c1", "b1", "a2"}},
			{"of an unknown station", []string{"none"}, "", 9, nil},
			{"of no station", nil, "", 9, nil},
			{"of a station with quotes", []string{`x"t' OR 1=1 \`, "yy"}, "", 9, []string{"d1"}},
			{"of one with quotes alone", []string{`x"t' OR 1=1 -- \`}, `a' OR '1`, 9, nil},
		} {
			if diff := cmp.Diff(tt.want, ids(latest(t, s, tt.stations, tt.channel, tt.limit))); diff != "" {
				t.Errorf("%s: articles (-want +got):\n%s", tt.name, diff)
			}
		}
	})
}

func TestEngineVisibility(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now()
		hour := func(n int) time.Time { return at.Add(time.Duration(n) * time.Hour) }
		e.write(
			t, e.db, at,
			story("1 shown", hour(-3)), story("2 expires", hour(-3), expires(hour(1))), story("3 expired", hour(-3), expires(hour(-1))),
			story("4 embargoed", hour(1)), story("5 draft", hour(-3), status(article.Draft)), story("6 withdrawn", hour(-3), status(article.Withdrawn)),
		)
		s := e.store(t)
		present := snapshot(t, s)
		defer present.Close()
		want := []string{"1 shown", "2 expires"}
		if diff := cmp.Diff(want, ids(listing(t, present, "xt", time.Time{}, hour(9)))); diff != "" {
			t.Errorf("Listing (-want +got):\n%s", diff)
		}
		slices.Reverse(want)
		for _, stations := range [][]string{{"xt"}, {"xt", "cs"}} {
			if diff := cmp.Diff(want, ids(latest(t, s, stations, "", 9))); diff != "" {
				t.Errorf("Latest of %v (-want +got):\n%s", stations, diff)
			}
		}
		if got := ids(inventory(t, present)); len(got) != 6 {
			t.Errorf("Inventory: %q, want all", got)
		}
		if skew := time.Since(present.Time()); skew.Abs() > time.Minute || present.Time().Location() != time.UTC {
			t.Errorf("a snapshot of %v at %v", present.Time(), at)
		}
	})
}

func TestEngineMonths(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := func(text string) time.Time {
			at, err := time.Parse(time.RFC3339, text)
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		e.write(
			t, e.db, now(),
			story("1", at("1962-05-01T00:00:00Z")),
			story("2", at("1999-12-31T15:59:59.999Z")), story("3", at("1999-12-31T16:00:00Z")), // midnight in Shanghai
			story("4", at("2019-03-31T16:00:00Z"), status(article.Withdrawn)),
			story("5", now().AddDate(1, 0, 0)),
			story("6", at("2010-01-01T00:00:00Z"), in("cs")),
		)
		present := snapshot(t, e.store(t))
		defer present.Close()
		for zone, want := range map[*time.Location]string{
			time.UTC: "[2019-03 1999-12 1962-05]", time.FixedZone("", 8*60*60): "[2019-04 2000-01 1999-12 1962-05]",
		} {
			months, err := present.Months(t.Context(), "xt", zone)
			if got := fmt.Sprint(months); got != want || err != nil {
				t.Errorf("Months = %s, %v, want %s", got, err, want)
			}
		}
		from, to := article.Month{Year: 1999, Month: time.December}.Bounds(time.FixedZone("", 8*60*60))
		if got := ids(listing(t, present, "xt", from, to)); !slices.Equal(got, []string{"2"}) {
			t.Errorf("Listing of December in Shanghai: %q, want 2 alone", got)
		}
	})
}

func TestEngineChanges(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now()
		minute := func(n int) time.Time { return at.Add(time.Duration(n) * time.Minute) }
		e.write(t, e.db, minute(-10), story("long ago", minute(-60)), story("embargo", minute(-4)), story("expiry", minute(-60), expires(minute(-3))))
		e.write(t, e.db, minute(-90), story("later", minute(60), expires(minute(120))), story("never", minute(-600)))
		e.write(t, e.db, minute(-6), story("late", minute(-60), in("cs"), status(article.Draft)))
		s := e.store(t)
		short := e.store(t, func(o *content.Options) { o.Overlap = time.Second })
		for _, tt := range []struct {
			name  string
			store *content.Store
			since time.Time
			want  []string
		}{
			{"all of the time", s, minute(-20), []string{"embargo", "embargo", "expiry", "expiry", "late", "long ago"}},
			{"within the overlap", s, minute(-5), []string{"embargo", "expiry", "late"}},
			{"with a shorter one", short, minute(-5), []string{"embargo", "expiry"}},
			{"since the embargo", short, minute(-4).Add(2 * time.Second), []string{"expiry"}},
			{"since the embargo, within the overlap", s, minute(-4).Add(time.Second), []string{"embargo", "expiry"}},
			{"since just now", s, minute(0), nil},
		} {
			var got []string
			for _, c := range changes(t, tt.store, tt.since) {
				got = append(got, c.ID)
				if c.ID == "late" && (c.Station != "cs" || !c.Published.Equal(minute(-60)) || !c.At.Equal(minute(-6))) {
					t.Errorf("%s: %+v", tt.name, c)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
		}
	})
}

func TestEngineSnapshotStays(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now().Add(-time.Hour)
		e.write(t, e.db, at, story("1", at))
		s := e.store(t)
		before := snapshot(t, s)
		defer before.Close()
		// The transaction's own question comes after the write.
		e.write(t, e.db, now(), story("1", at, status(article.Withdrawn)), story("2", at))
		after := snapshot(t, s)
		defer after.Close()
		for name, tt := range map[string]struct {
			snapshot *content.Snapshot
			want     []string
		}{"before": {before, []string{"1"}}, "after": {after, []string{"2"}}} {
			got, err := tt.snapshot.Latest(t.Context(), []string{"xt"}, "", 9)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, ids(got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	})
}

func TestEngineTotals(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now().Add(-time.Hour)
		month := article.MonthOf(at, time.UTC)
		earlier := article.Month{Year: 2019, Month: time.March}
		old, _ := earlier.Bounds(time.UTC)
		s := e.store(t)
		ask := func() []article.Totals {
			present := snapshot(t, s)
			defer present.Close()
			got, err := present.TotalsByMonth(t.Context(), "xt", []article.Month{month, {Year: 2001, Month: time.May}, earlier}, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			from, to := month.Bounds(time.UTC)
			one, err := present.Totals(t.Context(), "xt", from, to)
			if diff := cmp.Diff(got[0], one); diff != "" || err != nil {
				t.Errorf("Totals differ from TotalsByMonth, %v (-by month +one):\n%s", err, diff)
			}
			return got
		}
		if diff := cmp.Diff(make([]article.Totals, 3), ask()); diff != "" {
			t.Errorf("of nothing (-want +got):\n%s", diff)
		}
		e.write(t, e.db, at, story("1", at), story("2", at, status(article.Draft)), story("3", old), story("4", at, in("cs")))
		// What another table says is in a view's row, whose time stays.
		unstamped := func(set string) func() {
			return func() { e.exec(t, "UPDATE articles SET "+set+", modified_at = modified_at WHERE id = '9'") }
		}
		last := ask()
		if last[0].Count != 2 || !last[0].Newest.Equal(at) || last[1].Count != 0 || last[2].Count != 1 {
			t.Errorf("totals %+v", last)
		}
		for _, tt := range []struct {
			name  string
			write func()
		}{
			{"a change", func() { e.write(t, e.db, at.Add(time.Millisecond), story("1", at)) }},
			{"a withdrawal without a stamp", func() {
				e.exec(t, "UPDATE articles SET status = 'withdrawn', modified_at = modified_at WHERE id = '1'")
			}},
			{"one less, one more", func() {
				e.exec(t, "DELETE FROM articles WHERE id = '1'")
				e.write(t, e.db, at.Add(2*time.Millisecond), story("9", at))
			}},
			{"two that swap their times", func() {
				e.write(t, e.db, at.Add(2*time.Millisecond), story("9", at.Add(time.Millisecond)))
			}},
			{"an expiry", func() {
				e.write(t, e.db, at.Add(2*time.Millisecond), story("9", at.Add(time.Millisecond), expires(at)))
			}},
			{"an address", unstamped("url = 'https://xt.news.example/other/9.html'")},
			{"http and https", unstamped("url = 'http://xt.news.example/other/9.html'")},
			{"a letter within an address", unstamped("url = 'http://xt.news.example/othor/9.html'")},
			{"letters that change places", unstamped("url = 'http://xt.news.example/ohtor/9.html'")},
			{"noindex", unstamped("noindex = " + map[bool]string{true: "true", false: "1"}[e.name == content.Postgres])},
			{"a picture", unstamped(`images = '[{"url":"https://xt.news.example/1.jpg"}]'`)},
			{"another picture", unstamped(`images = '[{"url":"https://xt.news.example/2.jpg"}]'`)},
			{"a picture of the text", unstamped("lead_image = 'https://xt.news.example/3.jpg'")},
			{"a film", unstamped(`enclosures = '[{"url":"https://xt.news.example/1.mp4","type":"video/mp4"}]'`)},
			{"a film's title", unstamped("title = '湖边'")},
			{"a translation", unstamped(`alternates = '[{"lang":"en","url":"https://en.news.example/9.html"}]'`)},
			{"a language", unstamped("language = 'en'")},
			{"a deletion", func() { e.exec(t, "DELETE FROM articles WHERE id = '9'") }},
		} {
			tt.write()
			got := ask()
			if got[0] == last[0] || got[2] != last[2] {
				t.Errorf("%s: before %+v, after %+v", tt.name, last, got)
			}
			last = got
		}
	})
}

func TestEngineGivenUp(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		s := e.store(t)
		e.write(t, e.db, now(), story("1", now()))
		present := snapshot(t, s)
		defer present.Close()
		ctx := cancelled(t)
		_, err := present.Latest(ctx, []string{"xt"}, "", 9)
		_, totals := present.Totals(ctx, "xt", now(), now())
		_, changes := gather(present.Changes(ctx, now()))
		var listing error
		for _, err := range present.Listing(ctx, "xt", time.Time{}, now()) {
			listing = err
		}
		_, opened := s.Snapshot(ctx)
		for name, err := range map[string]error{"Latest": err, "Totals": totals, "Changes": changes, "Listing": listing, "Snapshot": opened} {
			if err == nil || !strings.Contains(err.Error(), ctx.Err().Error()) || !strings.HasPrefix(err.Error(), "content: ") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := latest(t, s, []string{"xt"}, "", 9); len(got) != 1 {
			t.Errorf("afterwards: %q", ids(got))
		}
	})
}

// TestEngineLeft holds that a list may be left, and the next question asked.
func TestEngineLeft(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now().Add(-time.Hour)
		for i := range 20 {
			e.write(t, e.db, at, story(fmt.Sprint(i), at))
		}
		present := snapshot(t, e.store(t))
		defer present.Close()
		for range 3 {
			for range present.Listing(t.Context(), "xt", time.Time{}, now()) {
				break
			}
			for range present.Inventory(t.Context()) {
				break
			}
		}
		if got := listing(t, present, "xt", time.Time{}, now()); len(got) != 20 {
			t.Errorf("%d articles, want 20", len(got))
		}
	})
}

// TestEngineNext holds that the store tells when time alone changes what readers
// see.
func TestEngineNext(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		s := e.store(t)
		next := func() time.Time {
			t.Helper()
			present := snapshot(t, s)
			defer present.Close()
			at, err := present.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		if at := next(); !at.IsZero() {
			t.Errorf("of an empty store: %v", at)
		}
		present := now()
		expiring, over := story("1", present.Add(-time.Hour)), story("2", present.Add(-2*time.Hour))
		expiring.Expires, over.Expires = present.Add(3*time.Hour), present.Add(-time.Hour)
		e.write(t, e.db, present, expiring, over)
		if at := next(); !at.Equal(expiring.Expires) {
			t.Errorf("an article expires at %v, not %v", expiring.Expires, at)
		}
		embargoed := story("3", present.Add(2*time.Hour))
		e.write(t, e.db, present, embargoed, story("4", present.Add(5*time.Hour)))
		if at := next(); !at.Equal(embargoed.Published) {
			t.Errorf("an embargo ends at %v, not %v", embargoed.Published, at)
		}
	})
}
