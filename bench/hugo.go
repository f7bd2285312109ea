package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"

	"feedstation/internal/testkit/require"
)

const hugoName = "Hugo"

// hugo is a site of Hugo: a page an article, of which it is to write feeds and
// sitemaps only.
type hugo struct {
	s           *stage
	binary, dir string
}

func (s *stage) newHugo(lines []line) *hugo {
	h := &hugo{s: s, binary: require.Binary(s, "hugo"), dir: s.layOut("hugo")}
	if err := os.MkdirAll(filepath.Join(h.dir, "content", "articles"), 0o755); err != nil {
		s.Fatal(err)
	}
	for _, l := range lines {
		if err := h.put(l); err != nil {
			s.Fatal(err)
		}
	}
	return h
}

// put writes the page of an article.
func (h *hugo) put(l line) error {
	file := filepath.Join(h.dir, "content", "articles", l.ID+".html")
	if l.Status != "published" {
		if err := os.Remove(file); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	address, err := url.Parse(l.URL)
	if err != nil {
		return err
	}
	front, err := json.Marshal(map[string]any{
		"title": l.Title, "url": address.Path, "date": l.Published, "publishDate": l.Published, "lastmod": l.Updated,
		"summary": l.Summary, "channels": l.Channels,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(append(front, '\n'), l.Body...), 0o644)
}

func (h *hugo) build(ctx context.Context) (*os.ProcessState, error) {
	cmd := exec.CommandContext(ctx, h.binary, "--quiet", "--source", h.dir)
	cmd.Env = append(os.Environ(), "HUGO_CACHEDIR="+filepath.Join(h.dir, "cache"))
	return finish(cmd)
}

// serve is nginx with what it writes.
func (h *hugo) serve() *site {
	if _, err := h.build(h.s.ctx); err != nil {
		h.s.Fatal(err)
	}
	addr, p := h.s.startNginx(nginx{Files: filepath.Join(h.dir, "public")})
	feed := target{addr: addr, host: host, path: "/rss.xml"}
	sitemap := feed
	sitemap.path = "/sitemap.xml"
	return &site{
		name: hugoName, feed: feed, sitemap: sitemap, programs: []*program{p},
		write: func(ctx context.Context) error { _, err := h.build(ctx); return err },
	}
}
