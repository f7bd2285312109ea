package content_test

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

// What is not for the news is what the row or one of its channels says, in whatever form
// the column has it.
func TestEngineNotNews(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now().Add(-time.Hour)
		inChannels := func(channels ...string) func(*article.Article) {
			return func(a *article.Article) { a.Channels = channels }
		}
		e.write(t, e.db, at,
			story("1", at), story("2", at, inChannels("adverts")), story("3", at, inChannels("moment", "adverts")), story("4", at, inChannels("moment")),
			story("5", at, in("cs"), inChannels("adverts")), story("6", at.Add(-49*time.Hour), inChannels("adverts")), story("7", at, inChannels("partners")))
		ask := func(channels ...string) []string {
			present := snapshot(t, e.store(t))
			defer present.Close()
			found, err := present.NotNews(t.Context(), "xt", channels, now().Add(-48*time.Hour), now())
			if err != nil {
				t.Fatal(err)
			}
			return slices.Sorted(maps.Keys(found))
		}
		want := func(name string, got []string, want ...string) {
			t.Helper()
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		want("nothing says so", ask())
		want("a channel", ask("adverts"), "2", "3")
		want("channels", ask("adverts", "partners"), "2", "3", "7")

		forms := []struct {
			typ    string
			values map[string]string // by id, in SQL
		}{
			{"boolean", map[string]string{"1": "false", "2": "true", "3": "NULL"}},
			{"integer", map[string]string{"1": "0", "2": "1", "3": "NULL", "4": "7"}},
			{"varchar(20)", map[string]string{"1": "'no'", "2": "''", "3": "NULL", "4": "'Yes'", "7": "'1'"}},
			{"text", map[string]string{"1": "' FALSE '", "2": "'true'", "3": "NULL", "4": "' '"}},
			{"varchar(20)", map[string]string{"1": "'sponsored'", "4": "'on'"}}, // what can't be read
		}
		if e.name == content.SQLite { // the embedded store has the column
			forms = forms[1:2]
			delete(forms[0].values, "3")
		}
		for _, form := range forms {
			if len(forms) > 1 {
				e.exec(t, "ALTER TABLE articles ADD COLUMN news "+form.typ)
			}
			for id, value := range form.values {
				e.exec(t, "UPDATE articles SET news = "+value+" WHERE id = '"+id+"'")
			}
			want(form.typ, ask(), "1")
			want(form.typ+" and a channel", ask("partners"), "1", "7")
			if len(forms) > 1 {
				e.exec(t, "ALTER TABLE articles DROP COLUMN news")
			}
		}
	})
}

// The embedded store keeps the field of an article, and finds it by its own index.
func TestNotNews(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "content.db"))
	at := now().Add(-time.Hour)
	put(t, s, story("1", at), story("2", at, func(a *article.Article) { a.NotNews = true }))
	ask := func() []string {
		present := snapshot(t, s)
		defer present.Close()
		found, err := present.NotNews(t.Context(), "xt", nil, at, now())
		if err != nil {
			t.Fatal(err)
		}
		return slices.Sorted(maps.Keys(found))
	}
	if got := ask(); !slices.Equal(got, []string{"2"}) {
		t.Errorf("not news: %q", got)
	}
	put(t, s, story("2", at))
	if got := ask(); len(got) > 0 {
		t.Errorf("not news: %q", got)
	}
}
