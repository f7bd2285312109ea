// Package console is the pages for operators, on the admin listener: how all stations
// stand, each of them, the last runs of the jobs, and the crawlers. They are made of what
// /status says, and of nothing that has to be waited for.
//
// They change nothing: commands are shown to be copied. They work without a script; with
// it, the live part is asked for again every five seconds.
package console

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"strings"
	"time"

	"feedstation/internal/server"
)

//go:embed site
var site embed.FS

// Source is what the pages show.
type Source interface {
	Status() server.Status
	Detail(s *server.Status, station string) (server.Detail, bool)
}

// Options are what the pages are made of besides the source.
type Options struct {
	Network string         // its name
	Zone    *time.Location // of the times on pages that are of no one station
	Token   bool           // a token is set, so that there are sessions
	Runs    func() []server.Run
	Visits  server.Visits // nil: not recorded
	// Explain says why an article, by its id or its address, is in a document or not; an
	// empty station is all. It asks the content store.
	Explain func(ctx context.Context, article, station string) (string, error)
	// Kept returns the editions of a station that can be pinned. It may wait.
	Kept func(ctx context.Context, station string) ([]server.Kept, error)
}

// console makes the pages.
type console struct {
	Options
	source    Source
	kept      *keeper
	templates *template.Template
}

// New returns the handler of the pages:
//
//	GET /               how all stations stand; ?q= filters them
//	GET /stations/{id}  one station
//	GET /runs           the last runs of the jobs
//	GET /crawlers       what crawlers have fetched
//	GET /explain        why ?article= is in a document or not
//	GET /login          the form of the log-in
//	GET /assets/…       styles and script
//
// With ?part=live a page is its live part alone.
func New(source Source, o Options) http.Handler {
	c := &console{Options: o, source: source, kept: newKeeper(o.Kept), templates: template.Must(template.ParseFS(site, "site/*.html"))}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.stations)
	mux.HandleFunc("GET /stations/{id}", c.station)
	mux.HandleFunc("GET /runs", c.runs)
	mux.HandleFunc("GET /crawlers", c.crawlers)
	mux.HandleFunc("GET /explain", c.explain)
	mux.HandleFunc("GET /login", c.login)
	for name, mediaType := range assets {
		body, err := site.ReadFile("site/" + name)
		if err != nil {
			panic(err) // it is embedded
		}
		mux.HandleFunc("GET /assets/"+name, func(w http.ResponseWriter, r *http.Request) { send(w, r, mediaType, body) })
	}
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		c.missing(w, r, "There is no such page.")
	})
	return mux
}

// assets are the media types of what pages load.
var assets = map[string]string{
	"operator.css": "text/css; charset=utf-8", "operator.js": "text/javascript; charset=utf-8", "operator.svg": "image/svg+xml",
}

// page is what all pages have.
type page struct {
	Title, Network   string
	Nav              []link
	Session, Filter  bool
	Query            string
	Version, Process string
	Zone             *time.Location
	Content          any
}

// link is a page in the navigation.
type link struct {
	Path, Name string
	Here       bool
}

// page returns what a page has besides its content.
func (c *console) page(r *http.Request, title string, s *server.Status, zone *time.Location) page {
	p := page{Title: title + " · " + c.Network, Network: c.Network, Session: c.Token, Version: s.Version, Process: s.Process, Zone: zone}
	for _, l := range []link{{"/", "Stations", false}, {"/runs", "Runs", false}, {"/crawlers", "Crawlers", false}, {"/explain", "Explain", false}} {
		l.Here = r.URL.Path == l.Path
		p.Nav = append(p.Nav, l)
	}
	return p
}

// show answers with a page, or with its live part, which is the template of the same name
// with -live behind it. A page without one is shown whole.
func (c *console) show(w http.ResponseWriter, r *http.Request, name string, p page) {
	if live := name + "-live"; r.FormValue("part") == "live" && c.templates.Lookup(live) != nil {
		name = live
	}
	var body bytes.Buffer
	if err := c.templates.ExecuteTemplate(&body, name, p); err != nil {
		panic(err) // a template and its values do not fit, which tests show
	}
	send(w, r, "text/html; charset=utf-8", body.Bytes())
}

// missing answers that there is no such page.
func (c *console) missing(w http.ResponseWriter, r *http.Request, text string) {
	s := c.source.Status()
	p := c.page(r, "Not found", &s, c.Zone)
	p.Content = text
	var body bytes.Buffer
	if err := c.templates.ExecuteTemplate(&body, "missing", p); err != nil {
		panic(err)
	}
	head(w, "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write(body.Bytes()) // the client's end
}

// policy lets a page load its own styles and script, ask this listener and send its forms
// there, and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func head(w http.ResponseWriter, mediaType string) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	// With no-referrer, browsers send the forms with "Origin: null", which is refused.
	h.Set("Referrer-Policy", "same-origin")
}

// send answers with a body, or with 304 where the asker has it.
func send(w http.ResponseWriter, r *http.Request, mediaType string, body []byte) {
	head(w, mediaType)
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	w.Header().Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(body) // the client's end
}

// login shows the form of the log-in.
func (c *console) login(w http.ResponseWriter, r *http.Request) {
	c.show(w, r, "login", page{Title: "Log in · " + c.Network, Network: c.Network, Content: login{
		Open: !c.Token, Wrong: r.FormValue("wrong") != "", Next: r.FormValue("next"),
	}})
}

type login struct {
	Open, Wrong bool
	Next        string
}
