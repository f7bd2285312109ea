package e2e

import (
	"bytes"
	"compress/gzip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"feedstation/internal/testkit/redistest"
)

// triedElsewhere has the commands of the documents that others try, by their beginning.
var triedElsewhere = map[string]string{
	"go test ./...": "this is one of them",
	"make compare":  "TestComparison of internal/house",
	"sudo apt install ./feedstation_1.0.0_amd64.deb": "TestDist",
}

// shell has what a reader of the documents has at hand. Answers that are errors count as failures.
const shell = `set -euo pipefail
curl() { command curl -fsS -H "Authorization: Bearer $TOKEN" "$@"; }
mariadb() { grep 'CREATE .*VIEW' >/dev/null; } # internal/views asks real ones
sudo() { [ "$*" = 'apt-get install redis-server' ]; }
`

var commands = regexp.MustCompile("(?m)^```sh\n((?:[^`].*\n|\n)+)```$")

// TestDocumentedCommands runs what README.md and docs say in the order of the pages, in one
// folder: commands work as they stand there, but for ports.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	r, tried := newFollower(t), map[string]bool{}
	for _, page := range append([]string{"../../README.md"}, pages...) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range commands.FindAllSubmatch(text, -1) {
			script := string(block[1])
			first, _, _ := strings.Cut(script, "\n")
			if _, ok := triedElsewhere[first]; ok {
				tried[first] = true
				continue
			}
			t.Run(filepath.Base(page)+"/"+first, func(t *testing.T) { r.follow(t, script) })
		}
	}
	for first := range triedElsewhere {
		if !tried[first] {
			t.Errorf("no document says %s", first)
		}
	}
}

// follower is somebody who follows the documents.
type follower struct {
	*process
	redis  *redistest.Server
	second *process // with other ports
}

func newFollower(t *testing.T) *follower {
	shipped, err := os.ReadFile("../../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r := &follower{
		process: newProcess(t, "", "TOKEN="+token, "FEEDSTATION_SERVER_ADMIN_TOKEN="+token),
		redis:   redistest.Start(t),
		second:  newProcess(t, ""),
	}
	line := `xt.news.example 203.0.113.5 - - [29/Nov/2026:08:00:00 +0800] "GET /rss.xml HTTP/1.1" 200 9000 "-" "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 12 subscribers)"` + "\n"
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(line)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	article := `{"id":"2","station":"xt","channels":["moment"],"title":"年度读书节闭幕","url":"https://xt.news.example/content/2.html","published":"2026-11-20T08:00:00+08:00"}`
	for name, content := range map[string]string{
		"config.yaml": string(shipped), "articles.jsonl": article, "access.log": line, "access.log.1.gz": packed.String(),
	} {
		if err := os.WriteFile(filepath.Join(r.dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// follow runs a block of commands to its end, or until what it starts is ready.
func (r *follower) follow(t *testing.T, block string) {
	as := strings.NewReplacer("go run . serve", "exec feedstation serve", "go run .", "feedstation",
		"localhost:8080", "127.0.0.1:"+r.port, "localhost:8081", "127.0.0.1:"+r.admin,
		":8082", ":"+r.second.port, ":8083", ":"+r.second.admin, "127.0.0.1:6379", r.redis.Addr())
	command := exec.Command("bash", "-c", shell+as.Replace(block))
	command.Dir, command.Env = r.dir, r.env
	if strings.HasSuffix(block, " serve\n") {
		p := r.process
		if strings.Contains(block, ":8083") {
			p = r.second
		} else if p.serve != nil {
			if _, err := p.end(os.Interrupt); err != nil {
				t.Fatalf("%v\n%s", err, &p.log)
			}
		}
		p.startAs(command)
		p.until("ready", func() bool { return p.adminBody("/readyz") == "ready\n" })
		return
	}
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s\n%s", err, block, out)
	}
}
