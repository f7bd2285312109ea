package e2e

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/sqltest"
	"feedstation/internal/testkit/testserver"
)

// wagtailSite is a Wagtail with its tables in a database of PostgreSQL.
type wagtailSite struct {
	*client
	env []string
}

// startWagtail installs a Wagtail of the files in FEEDSTATION_SYSTEMS, with the pages of
// testdata/wagtail, and runs it.
func startWagtail(t testing.TB, server *sqltest.Server, database string) *wagtailSite {
	t.Helper()
	host, port, err := net.SplitHostPort(server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	address := testserver.Addr(testserver.Port(t))
	_, listen, _ := net.SplitHostPort(address)
	w := &wagtailSite{&client{t, "http://" + address, http.Header{}, http.DefaultClient}, append(os.Environ(),
		"WAGTAIL_ROOT="+require.System(t, "wagtail"), "WAGTAIL_DB="+database, "WAGTAIL_DB_HOST="+host, "WAGTAIL_DB_PORT="+port)}
	w.python("", "install")
	process, err := testserver.Command{
		Program: wagtailPython, Args: []string{wagtailScript(t), "serve", listen}, Env: w.env, Patience: systemPatience,
		Answers: func(ctx context.Context, _ int) error { return answers(ctx, w.address+"/api/pages/") },
	}.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := process.Kill(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// wagtailPython is the system's Python, which has the libraries of Debian's packages.
const wagtailPython = "/usr/bin/python3"

func wagtailScript(t testing.TB) string {
	t.Helper()
	path, err := filepath.Abs("testdata/wagtail/run.py")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// do runs a script in Wagtail.
func (w *wagtailSite) do(script string) { w.t.Helper(); w.python(script) }

func (w *wagtailSite) python(input string, args ...string) {
	w.t.Helper()
	python := exec.CommandContext(w.t.Context(), wagtailPython, append([]string{wagtailScript(w.t)}, args...)...)
	python.Env, python.Stdin = w.env, strings.NewReader(input)
	if out, err := python.CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		w.t.Fatalf("wagtail: %v\n%s\n%s", err, out, input)
	}
}

// TestRealWagtail has a Wagtail write its rows itself: its tables and its API show the
// same.
func TestRealWagtail(t *testing.T) {
	server := sqltest.Postgres(t)
	database := server.Database(t)
	site := startWagtail(t, server, database)
	site.do(`
section("culture", "文化"); section("moment", "时刻 & more"); section("inside", "内部")
PageViewRestriction.objects.create(page=under("inside"), restriction_type="login")
article("culture", "spring", "湘江之春 😀 & more", '<p>正文 "引" &amp; more</p>', intro="一句话", owner=user("张三"), first_published_at=at(1773225494))
article("culture", "draft", "草稿", publish=False)
article("moment", "旧闻", "旧闻", "<p>旧</p>", first_published_at=at(1552300694))
article("culture", "later", "以后", go_live_at=at(4102444800))
article("culture", "past", "过期", expire_at=at(1552300694))
article("inside", "secret", "内部的")
article("moment", "nobody", "无名", "<p>无名</p>", first_published_at=at(1552300697))
article("culture", "revised", "已发", "<p>已发</p>", first_published_at=at(1552300696))
edit("已发", publish=False, title="未发的改动")
Page.objects.get(slug="home").add_child(instance=SectionPage(title="关于", slug="about"))`)

	w := newTwins(t, server, database, site.address+"/api/pages/?type=news.ArticlePage&fields=*&order=-id&limit=20&offset={offset}", `kind: json, items: items, link: "https://www.news.example{address}",
      fields: {id: id, title: title, summary: intro, body: body, published: meta.first_published_at, updated: last_published_at, modified: last_published_at, expires: expire_at, authors: author, terms: section}`,
		[2]string{"culture", "moment"}, "--for", "wagtail")
	w.equal("at first", "湘江之春 😀 & more", "无名", "已发", "旧闻")
	site.do(`
edit("旧闻", title="旧闻,更正")
edit("草稿", first_published_at=at(1773225495))
edit("已发", intro="已发")`)
	w.equal("edited, published", "草稿", "湘江之春 😀 & more", "无名", "未发的改动", "旧闻,更正")
	site.do(`
titled("草稿").unpublish()
titled("旧闻,更正").delete()
edit("湘江之春 😀 & more", slug="spring-2")
titled("无名").move(under("culture"), pos="last-child")
author = user("张三"); author.last_name = "李四"; author.save()`)
	w.equal("withdrawn, deleted, another address, section and name", "湘江之春 😀 & more", "无名", "未发的改动")
}
