package main

import (
	"embed"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/testserver"
)

const djangoName = "Django"

//go:embed all:assets
var assets embed.FS

// layOut writes a folder of assets into one of its own.
func (s *stage) layOut(name string) (dir string) {
	dir = s.TempDir()
	files, err := fs.Sub(assets, "assets/"+name)
	if err != nil {
		s.Fatal(err)
	}
	if err := os.CopyFS(dir, files); err != nil {
		s.Fatal(err)
	}
	return dir
}

// python is Debian's, which has Debian's Django.
const python = "/usr/bin/python3"

func (s *stage) requireDjango() {
	require.Binary(s, "gunicorn")
	for _, module := range []string{"django", "MySQLdb"} {
		if exec.CommandContext(s.ctx, python, "-c", "import "+module).Run() != nil {
			s.Skip("needs Python's " + module + ", which this machine lacks (apt-get install python3-django python3-mysqldb gunicorn)")
		}
	}
}

// django starts gunicorn and an nginx before it, as Django's documentation wants.
func (s *stage) django(d *database) *site {
	s.requireDjango()
	dir, addr := s.layOut("django"), s.address()
	_, port, _ := strings.Cut(d.server.Addr(), ":")
	app := s.start(addr, testserver.Command{
		Program: require.Binary(s, "gunicorn"), Dir: dir,
		Args: []string{"--workers", "4", "--bind", addr, "--chdir", dir, "newsroom:application"},
		Env:  append(os.Environ(), "DJANGO_DB="+d.name, "DJANGO_PORT="+port, "PYTHONPATH="+dir, "HOME="+dir),
	})
	front, p := s.startNginx(nginx{Proxy: addr})
	feed := target{addr: front, host: host, path: "/rss.xml"}
	sitemap := feed
	sitemap.path = "/sitemap-articles.xml" // the newest 50,000
	return &site{name: djangoName, feed: feed, sitemap: sitemap, programs: []*program{app, p}}
}

// djangoWorker is a worker of its syndication or its sitemaps.
func (s *stage) djangoWorker(work, corpus string) (*worker, error) {
	s.requireDjango()
	return startWorker(djangoName, exec.CommandContext(s.ctx, python, filepath.Join(s.layOut("django"), "newsroom.py"), work, corpus))
}
