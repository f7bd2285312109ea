package jobs_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// What the clock changes is built within a second of it, though the next refresh
// is far away.
func TestWake(t *testing.T) {
	in(t, func(w *world) {
		embargoed, expiring := newArticle("xt", 1, -10*time.Minute), newArticle("xt", 2, time.Hour)
		expiring.Expires = time.Now().Add(20 * time.Minute)
		news := newArticle("yy", 3, 48*time.Hour-30*time.Minute)
		w.put(embargoed, expiring, news, newArticle("yy", 4, time.Hour))
		w.refresh()
		ctx, stop := context.WithCancel(w.t.Context())
		woken := make(chan time.Time, 10)
		done := make(chan error, 1)
		go func() { done <- w.conductor.Wake(ctx, func() { woken <- time.Now() }) }()
		began := time.Now()
		for _, tt := range []struct {
			what string
			at   time.Duration
			seen func() bool
		}{
			{"an embargo ends", 10 * time.Minute, func() bool { e := w.edition("xt"); return len(naming(t, e, 1)) > 0 }},
			{"an article's time ends", 20 * time.Minute, func() bool { e := w.edition("xt"); return len(naming(t, e, 2)) == 0 }},
			{"an article leaves the news", 30 * time.Minute, func() bool {
				return w.changed("yy", "/sitemaps/news.xml")
			}},
		} {
			at := <-woken
			if late := at.Sub(began.Add(tt.at)); late < 0 || late > time.Second {
				t.Errorf("%s: woken %v after it", tt.what, late)
			}
			w.refresh()
			if !tt.seen() {
				t.Errorf("%s: it is not seen", tt.what)
			}
		}
		time.Sleep(47 * time.Hour)
		synctest.Wait()
		if len(woken) > 1 { // the newest leaves the news
			t.Errorf("woken %d times more", len(woken))
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// changed reports whether a document changed at the last refresh.
func (w *world) changed(station, path string) bool {
	w.t.Helper()
	return time.Since(w.document(station, path).Modified()) < 2*time.Second
}
