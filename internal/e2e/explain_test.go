package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// explanation is what /explain says, as far as the tests read it.
type explanation struct {
	ID, Station string
	Verdicts    []struct {
		Document, Reason string
		In               bool
	}
	Row       *struct{ Title string }
	Fault     *struct{ Column string }
	Documents []struct{ Path string }
	Unknown   []string
}

// explain asks a process about an article, and fails the test where that takes longer than
// a person would wait.
func (p *process) explain(query string) (e explanation) {
	p.t.Helper()
	began := time.Now()
	code, body, err := fetch("http://127.0.0.1:"+p.admin+"/explain?"+query, "")
	if err != nil || code != http.StatusOK {
		p.t.Fatalf("explain %s: %d %v %s", query, code, err, body)
	}
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		p.t.Fatal(err)
	}
	if took := time.Since(began); took > 15*time.Second {
		p.t.Errorf("explain %s took %v", query, took)
	}
	return e
}

// TestExplainAtNight has a newsroom's database killed, and frozen: what is served is told
// from contents, by id and by address, and that the database could not be asked.
func TestExplainAtNight(t *testing.T) {
	for _, n := range []newsroom{postgresRoom, mariaDBRoom} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			d := n.open(t)
			p := d.near(d.server.Addr(), hasty)
			for i := range 3 {
				d.write(i, fmt.Sprintf("第%d条新闻", i))
			}
			p.start()
			p.await("第2条新闻")
			asked := func(e explanation) bool {
				return !slices.ContainsFunc(e.Unknown, func(line string) bool { return strings.HasPrefix(line, "content store: ") })
			}
			well := p.explain("id=1")
			if !asked(well) || well.Row == nil || well.Row.Title != "第1条新闻" || len(well.Documents) == 0 {
				t.Fatalf("%+v", well)
			}
			check := func(when string) {
				t.Helper()
				for _, query := range []string{"id=1", "url=https://xt.news.example/content/1.html"} {
					e := p.explain(query)
					if asked(e) || e.ID != "1" || e.Row != nil || e.Fault != nil || len(e.Documents) != len(well.Documents) {
						t.Errorf("%s, %s: %+v", when, query, e)
					}
				}
				p.await("第2条新闻") // readers wait for nothing
			}
			d.server.Stop(t)
			check("frozen")
			d.server.Cont(t)
			p.awaitWell()
			d.server.Kill(t)
			check("killed")
			d.server.Restart(t)
			p.awaitWell()
			if e := p.explain("id=1"); !asked(e) || e.Row == nil {
				t.Errorf("back again: %+v", e)
			}
		})
	}
}
