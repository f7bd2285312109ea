package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"feedstation/bench/report"
)

// versions returns what took part, of what the results name.
func versions(ctx context.Context, b *bench) []report.Version {
	took := func(peer string) bool {
		return slices.ContainsFunc(b.results, func(r report.Result) bool { return strings.HasPrefix(r.Peer, peer) })
	}
	var list []report.Version
	for _, v := range []struct {
		peer, how string
		version   string
	}{
		{us, "as it is built for release, its defaults with 50 articles in a feed", commit(ctx)},
		{bare, "net/http with nothing but the header fields and bytes of feedstation's feed", runtime.Version()},
		{"nginx", "Debian's; serves `feedstation build --out` with gzip_static, and is before PHP and Django", debian(ctx, "nginx")},
		{wordPress, "Debian's, php-fpm with four processes, MariaDB " + debian(ctx, "mariadb-server") + "; fastcgi_cache keeps answers for " + cacheTime, debian(ctx, "wordpress")},
		{djangoName, "Debian's, gunicorn with four processes, MariaDB; syndication and sitemaps as documented, ConditionalGetMiddleware, GZipMiddleware", debian(ctx, "python3-django")},
		{hugoName, "Debian's, templates for three formats, its own sitemap; nginx serves the files", debian(ctx, "hugo")},
		{"gorilla/feeds", "from the module proxy", module("github.com/gorilla/feeds")},
		{"snabb/sitemap", "from the module proxy", module("github.com/snabb/sitemap")},
		{"npm feed", "Node.js " + output(ctx, "node", "--version"), pinned("feed")},
		{"npm sitemap", "Node.js " + output(ctx, "node", "--version"), pinned("sitemap")},
	} {
		if took(v.peer) {
			list = append(list, report.Version{Name: v.peer, Version: v.version, How: v.how})
		}
	}
	return list
}

// debian returns the version of an installed package.
func debian(ctx context.Context, name string) string {
	return output(ctx, "dpkg-query", "--show", "--showformat=${Version}", name)
}

func output(ctx context.Context, name string, args ...string) string {
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

// commit is that of the tree that was built.
func commit(ctx context.Context) string { return output(ctx, "git", "describe", "--always", "--tags") }

// module returns the version of a module of Go that this program is built with.
func module(name string) string {
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == name {
			return m.Version
		}
	}
	return "unknown"
}

// pinned returns the version of a package of npm that package.json names.
func pinned(name string) string {
	text, err := assets.ReadFile(path.Join("assets", "node", "package.json"))
	var file struct{ Dependencies map[string]string }
	if err == nil {
		err = json.Unmarshal(text, &file)
	}
	if err != nil {
		return "unknown"
	}
	return file.Dependencies[name]
}

func machine() string {
	return fmt.Sprintf("%s/%s with %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
}
