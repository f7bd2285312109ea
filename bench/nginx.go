package main

import (
	_ "embed"
	"os"
	"path/filepath"
	"text/template"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/testserver"
)

// The kinds of server that nginx is here.
type nginx struct {
	Dir, Listen string
	Root        bool // runs as root

	Files string // serves files, with their .gz
	Proxy string // passes on, to host:port

	PHP       string // asks PHP at host:port
	WordPress string // its folder
	Cache     bool   // and keeps the answers
	CacheTime string // so long
}

// cacheTime is for how long nginx keeps answers of WordPress, in seconds: a
// common choice for news, short enough to be watched.
const cacheTime = "10s"

//go:embed assets/nginx.conf
var nginxConf string

var nginxTemplate = template.Must(template.New("nginx.conf").Parse(nginxConf))

// startNginx starts Debian's nginx.
func (s *stage) startNginx(n nginx) (addr string, p *program) {
	binary := require.Binary(s, "nginx")
	n.Dir, n.Listen, n.Root, n.CacheTime = s.TempDir(), s.address(), os.Geteuid() == 0, cacheTime
	conf := filepath.Join(n.Dir, "nginx.conf")
	f, err := os.Create(conf)
	if err != nil {
		s.Fatal(err)
	}
	defer f.Close()
	if err := nginxTemplate.Execute(f, n); err != nil {
		s.Fatal(err)
	}
	return n.Listen, s.start(n.Listen, testserver.Command{Program: binary, Args: []string{"-e", filepath.Join(n.Dir, "error.log"), "-c", conf}})
}
