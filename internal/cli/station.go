package cli

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"time"

	"feedstation/internal/cache"
	"feedstation/internal/config"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/push"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/internal/store/redis"
	"feedstation/jobs"
)

// openCache opens the editions that this process serves, and Redis where it is
// configured; and the outbox, which is nil where nobody is told of what changes. Both are
// to be closed, the outbox last.
func openCache(ctx context.Context, log *slog.Logger, cfg *config.Config) (*cache.Cache, *push.Outbox, error) {
	local, err := disk.Open(cfg.Cache.Dir, keep(cfg))
	if err != nil {
		return nil, nil, err
	}
	if cfg.Cache.ServeUnconfirmed {
		local = local.Trusting()
	}
	local = local.Formerly(formerIDs(cfg.Network))
	var shared *redis.Store
	if cfg.Cache.Redis != nil {
		if shared, err = openRedis(cfg); err != nil {
			return nil, nil, err
		}
	}
	amend := func(e *edition.Edition, retractions edition.Retractions) *edition.Edition {
		return press.Redact(cfg.Network, e, retractions)
	}
	editions, err := cache.Open(ctx, log, stationIDs(cfg), local, shared, amend)
	if err != nil {
		return nil, nil, err
	}
	outbox := newOutbox(log, cfg, shared)
	if outbox != nil {
		editions.Noting(outbox)
	}
	return editions, outbox, nil
}

func keep(cfg *config.Config) store.Keep {
	return store.Keep{Editions: cfg.Cache.Keep, For: cmp.Or(cfg.Cache.KeepFor, -1)}
}

// openRedis returns the configured Redis. Nothing is connected yet.
func openRedis(cfg *config.Config) (*redis.Store, error) {
	r := cfg.Cache.Redis
	encryption, err := r.TLSConfig()
	if err != nil {
		return nil, err
	}
	return redis.New(redis.Options{
		Mode: r.Mode, Addrs: r.Addrs, Master: r.Master, Username: r.Username, Password: r.Password.Reveal(),
		SentinelUsername: r.SentinelUsername, SentinelPassword: r.SentinelPassword.Reveal(), DB: r.DB, TLS: encryption, Keep: keep(cfg),
		Prefix: r.Prefix, URLs: urls(cfg.Network),
	})
}

func stationIDs(cfg *config.Config) (ids []string) {
	for _, s := range cfg.Network.Stations {
		ids = append(ids, s.ID)
	}
	return ids
}

// formerIDs returns the former ids of stations, by station.
func formerIDs(n *network.Network) map[string][]string {
	found := map[string][]string{}
	for _, s := range n.Stations {
		found[s.ID] = s.Was
	}
	return found
}

// urls returns the addresses of the stations, by id, also by former ones.
func urls(n *network.Network) map[string]string {
	found := map[string]string{}
	for _, s := range n.Stations {
		for _, id := range append([]string{s.ID}, s.Was...) {
			found[id] = s.URL
		}
	}
	return found
}

// newConductors returns the conductors of the configured jobs.
func newConductors(log *slog.Logger, cfg *config.Config, depots []*depot, editions *cache.Cache) jobs.Conductors {
	var stores []jobs.Store
	for _, d := range depots {
		stores = append(stores, jobs.Store{Name: d.cfg.Content.ID, Snapshot: d.snapshot, Overlap: d.cfg.Content.Overlap})
	}
	return jobs.NewConductors(log, cfg.Network, stores, editions, Options(cfg))
}

// standingDocuments returns the documents of stations that depend on the configuration alone.
func standingDocuments(cfg *config.Config) (map[string]map[string]*edition.Document, error) {
	p, all := press.New(cfg.Network, Options(cfg).Options, nil), map[string]map[string]*edition.Document{}
	var faults []error
	for _, s := range cfg.Network.Stations {
		documents, err := p.Standing(s)
		maps.Copy(documents, keyFiles(s))
		all[s.ID], faults = documents, append(faults, err)
	}
	return all, errors.Join(faults...)
}

// keyFiles returns the files by which a station proves to engines that it speaks for its
// host. No edition has them: another key builds nothing anew.
func keyFiles(s *network.Station) map[string]*edition.Document {
	files := map[string]*edition.Document{}
	for _, key := range s.Keys {
		files[network.KeyPath(key)] = edition.NewDocument("text/plain; charset=utf-8", []byte(key), edition.Epoch)
	}
	return files
}

// settings identifies what makes two processes build other documents of the same
// articles.
func settings(cfg *config.Config) string {
	options := Options(cfg)
	options.Overlap, options.MaxAge, options.AuditRate = 0, 0, 0 // no document depends on them
	var zones []string                                           // which JSON has no form for
	for _, s := range cfg.Network.Stations {
		zones = append(zones, s.Zone.String())
	}
	text, err := json.Marshal([]any{cfg.Network, zones, options})
	if err != nil {
		panic(err) // it has no value that JSON lacks
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// archives returns what a configuration says of archives: the zero Archives where feeds
// have none, whatever else it says.
func archives(a config.Archives) press.Archives {
	if a.Depth == 0 {
		return press.Archives{}
	}
	return press.Archives(a)
}

// Options returns what a configuration says of the documents and of when they are made.
func Options(cfg *config.Config) jobs.Options {
	return jobs.Options{
		Options: press.Options{
			Feed: cfg.Feeds.Feed(), Notices: cfg.Feeds.Withdrawn == config.Notice, NoticeFor: cfg.Feeds.NoticeFor,
			Archives:             archives(cfg.Feeds.Archives),
			LeadImage:            cfg.Feeds.LeadImage == config.Auto,
			Deltas:               cfg.Feeds.Deltas,
			NewsName:             cfg.Sitemaps.NewsName,
			Sitemaps:             press.Limits{URLs: cfg.Sitemaps.MaxURLs, Bytes: int64(cfg.Sitemaps.MaxBytes)},
			StaleIfError:         cfg.Server.StaleIfError,
			StaleWhileRevalidate: cmp.Or(cfg.Server.StaleWhileRevalidate, -time.Second),
			Version:              buildVersion(),
		},
		Overlap: cfg.Content.Overlap, MaxAge: cfg.Jobs.MaxAge, AuditRate: cfg.Jobs.AuditRate,
	}
}
