//go:build archive && linux

package e2e

import (
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	_ "modernc.org/sqlite"

	"feedstation/internal/cache"
	"feedstation/internal/content"
	"feedstation/internal/gzjoin"
	"feedstation/internal/network"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/internal/testkit/processor"
)

// floor measures the processor time that no full build can do without: that of
// reading the columns of the listing of all rows once, in its order and through the
// same driver, and of compressing the bytes of the sitemaps once. Built is what a
// full build took.
func (a *archive) floor(results *table, built time.Duration) {
	step("what a full build has to take at the least, " + a.name)
	began := processor.Time(a.t)
	rows := a.readListing()
	read := processor.Time(a.t) - began
	size, compressed := a.compressSitemaps()
	results.add("reading the listing of all rows once", read.Seconds(), figure{unit: "s"})
	results.add("compressing the sitemaps once", compressed.Seconds(), figure{unit: "s"})
	results.add("full build, processor time in floors", built.Seconds()/(read+compressed).Seconds(), figure{unit: "×", goal: 2})
	a.t.Logf("%d rows, %d bytes of sitemaps", rows, size)
}

// readListing reads the listing's columns of all articles, station by station, and
// returns how many rows there are.
func (a *archive) readListing() (n int) {
	cfg := a.config()
	driver, dsn, parameter := "sqlite", cfg.Content.DSN.Reveal()+"?mode=ro", "?"
	columns := `id, url, title, published, expires, NULLIF(language, ''), noindex, NULLIF(images, '[]'), NULLIF(enclosures, '[]'),
		NULLIF(alternates, '[]'), NULLIF(lead_image, ''), status`
	if cfg.Content.Driver == content.Postgres {
		driver, dsn, parameter = "pgx", cfg.Content.DSN.Reveal(), "$1"
		columns = "id, url, title, published, expires, noindex, images, status" // what newsroom.sql has
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		a.t.Fatal(err)
	}
	defer db.Close()
	query := fmt.Sprintf("SELECT %s FROM articles WHERE station = %s ORDER BY published, id", columns, parameter)
	for _, s := range cfg.Network.Stations {
		n += a.readRows(db, query, s.ID)
	}
	return n
}

// readRows reads all rows of a query and returns how many there are.
func (a *archive) readRows(db *sql.DB, query string, args ...any) (n int) {
	rows, err := db.QueryContext(a.t.Context(), query, args...)
	if err != nil {
		a.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		a.t.Fatal(err)
	}
	values, into := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			a.t.Fatal(err)
		}
		n++
	}
	if err := rows.Err(); err != nil {
		a.t.Fatal(err)
	}
	return n
}

// compressSitemaps returns how many bytes the sitemaps have, and what it took to
// compress them.
func (a *archive) compressSitemaps() (size int64, took time.Duration) {
	cfg := a.config()
	local, err := disk.Open(cfg.Cache.Dir, store.Keep{Editions: cfg.Cache.Keep})
	if err != nil {
		a.t.Fatal(err)
	}
	var stations []string
	for _, s := range cfg.Network.Stations {
		stations = append(stations, s.ID)
	}
	editions, err := cache.Open(a.t.Context(), slog.New(slog.DiscardHandler), stations, local, nil, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	defer editions.Close()
	for _, station := range stations {
		e, ok := editions.Current(station)
		if !ok {
			a.t.Fatalf("%s has no edition", station)
		}
		for path, d := range e.All() {
			if !network.IsSitemap(path) {
				continue
			}
			body, err := d.Body()
			if err != nil {
				a.t.Fatal(err)
			}
			size += int64(len(body))
			began := processor.Time(a.t)
			gzjoin.New(body)
			took += processor.Time(a.t) - began
		}
	}
	return size, took
}
