package statistics_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"feedstation/internal/network"
	"feedstation/internal/statistics"
	"feedstation/internal/store/redis"
	"feedstation/internal/testkit/redistest"
)

// TestRedis has two processes count, one after the other, the second after the station has
// got another id, what they share in a real Redis:
// who came to both counts once, numbers are the largest, requests are added.
func TestRedis(t *testing.T) {
	server := redistest.Start(t)
	station := &network.Station{ID: "xt", URL: "https://xt.news.example"}
	n, err := network.New("n", []*network.Station{station}, nil)
	if err != nil {
		t.Fatal(err)
	}
	shared := func() *redis.Store {
		store, err := redis.New(redis.Options{Mode: "single", Addrs: []string{server.Addr()}, Timeout: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		return store
	}
	was, now := []*network.Station{{ID: "xiangtan"}}, []*network.Station{{ID: "xt", Was: []string{"xiangtan"}}}
	for i, requests := range [][]struct{ userAgent, from string }{
		{{"Miniflux/2", "192.0.2.1:1"}, {"Miniflux/2", "192.0.2.2:1"}, {"Feedly/1.0 (5 subscribers)", "192.0.2.3:1"}, {"Googlebot/2.1", "192.0.2.4:1"}},
		{{"Miniflux/2", "192.0.2.1:2"}, {"Miniflux/2", "192.0.2.5:1"}, {"Feedly/1.0 (7 subscribers)", "192.0.2.3:1"}, {"Googlebot/2.1", "192.0.2.4:1"}},
	} {
		store := shared()
		r := statistics.New(slog.New(slog.DiscardHandler))
		r.Set(statistics.Settings{Days: 2, Zone: time.UTC, Stations: [][]*network.Station{was, now}[i], Shared: store, Prover: statistics.NewProver(nil, nil), Close: store.Close})
		observer := r.Observer(n, nil)
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { r.Run(ctx) })
		for _, ask := range requests {
			request := httptest.NewRequest(http.MethodGet, "https://xt.news.example/rss.xml", nil)
			request.Header.Set("User-Agent", ask.userAgent)
			request.RemoteAddr = ask.from
			observer(request, network.Target{Station: [][]*network.Station{was, now}[i][0], Path: "/rss.xml"}, http.StatusOK)
		}
		stop()
		running.Wait()
		if problems := r.Conditions(); len(problems) > 0 {
			t.Errorf("problems %v", problems)
		}
	}
	store := shared()
	defer store.Close()
	days := statistics.Days(2, time.Now().UTC())
	counted, err := statistics.Read(t.Context(), nil, store, now, days)
	if err != nil {
		t.Fatal(err)
	}
	report := statistics.NewReport(counted, now, days).Stations[0]
	if len(report.Feeds) != 1 || report.Feeds[0].Direct != 3 || report.Feeds[0].Subscribers != 10 || len(report.Crawlers) != 1 || report.Crawlers[0].Fetches != 2 {
		t.Errorf("feeds %+v, crawlers %+v", report.Feeds, report.Crawlers)
	}
	keys := map[string]time.Duration{}
	for _, key := range server.Do("KEYS", "*").([]any) {
		name := fmt.Sprint(key)
		left, _ := server.Do("PTTL", name).(int64)
		keys[name] = time.Duration(left) * time.Millisecond
		value := fmt.Sprint(server.Do("DUMP", name))
		if strings.Contains(name, ":statistics:") {
			value = fmt.Sprint(server.Do("HGETALL", name))
		}
		if strings.Contains(value, "192.0.2.") {
			t.Errorf("%s has an address", name)
		}
	}
	day := days[1]
	most := map[string]time.Duration{"feedstation:salt:" + day: 48 * time.Hour, "feedstation:{xt}:statistics:" + day: 72 * time.Hour, "feedstation:{xiangtan}:statistics:" + day: 72 * time.Hour}
	for name, bound := range most {
		if keys[name] <= 0 || keys[name] > bound {
			t.Errorf("%s goes in %s, want at most %s", name, keys[name], bound)
		}
	}
	maps.DeleteFunc(keys, func(name string, _ time.Duration) bool {
		return most[name] > 0 || strings.HasPrefix(name, "feedstation:salt:")
	})
	if len(keys) > 0 {
		t.Errorf("other keys: %v", keys)
	}
}
