package metrics_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"feedstation/internal/testkit/require"
	"feedstation/jobs"
)

// What stands beside the code, from here.
const (
	alertsFile    = "../../ops/alerts.yaml"
	testsFile     = "../../ops/alerts_test.yaml"
	dashboardFile = "../../ops/dashboard.json"
	docsFile      = "../../docs/metrics.md"
)

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	series = regexp.MustCompile(`(?m)^(feedstation_\w+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})? `)
	label  = regexp.MustCompile(`(\w+)="`)
	name   = regexp.MustCompile(`feedstation_\w+`)
	docs   = regexp.MustCompile("(?m)^\\| `(feedstation_\\w+)` \\|([^|]*)\\|")
	alerts = regexp.MustCompile("(?m)^\\| `(Feedstation\\w+)` \\| (\\w+) \\|")
	quoted = regexp.MustCompile("`(\\w+)`")
)

// inCode returns the labels of all metrics of a process that has had everything, by name.
func inCode(t *testing.T) map[string][]string {
	t.Helper()
	p := newPortal(t, 1)
	p.some()
	p.meter.Ended("refresh", jobs.Run{Started: noon, Duration: time.Second, Ended: true})
	all := map[string][]string{}
	for _, match := range series.FindAllStringSubmatch(p.scrape(t), -1) {
		labels := []string{}
		for _, l := range label.FindAllStringSubmatch(match[2], -1) {
			if l[1] != "le" {
				labels = append(labels, l[1])
			}
		}
		slices.Sort(labels)
		all[match[1]] = labels
	}
	return all
}

// namesIn returns the metrics that a text names.
func namesIn(text string) map[string]bool {
	all := map[string]bool{}
	for _, n := range name.FindAllString(text, -1) {
		for _, part := range []string{"_seconds_sum", "_seconds_count", "_seconds_bucket"} {
			if whole, ok := strings.CutSuffix(n, part); ok {
				n = whole + "_seconds"
			}
		}
		all[n] = true
	}
	return all
}

// The names and labels in the documentation are those of the code, and what alerts and
// the dashboard ask for is there; the dashboard shows all of it.
func TestNames(t *testing.T) {
	code, documented := inCode(t), map[string][]string{}
	for _, row := range docs.FindAllStringSubmatch(read(t, docsFile), -1) {
		labels := []string{}
		for _, l := range quoted.FindAllStringSubmatch(row[2], -1) {
			labels = append(labels, l[1])
		}
		slices.Sort(labels)
		if _, twice := documented[row[1]]; twice {
			t.Errorf("%s is documented twice", row[1])
		}
		documented[row[1]] = labels
	}
	if diff := cmp.Diff(code, documented); diff != "" {
		t.Errorf("docs/metrics.md (-code +docs):\n%s", diff)
	}
	for _, file := range []string{alertsFile, testsFile, dashboardFile} {
		for n := range namesIn(read(t, file)) {
			if code[n] == nil {
				t.Errorf("%s has %s, which is no metric", filepath.Base(file), n)
			}
		}
	}
	shown := namesIn(read(t, dashboardFile))
	for n := range code {
		if !shown[n] {
			t.Errorf("the dashboard does not show %s", n)
		}
	}
}

// rules is the part of alerts.yaml that matters here.
type rules struct {
	Groups []struct {
		Rules []struct {
			Alert       string            `yaml:"alert"`
			Labels      map[string]string `yaml:"labels"`
			Annotations map[string]string `yaml:"annotations"`
		} `yaml:"rules"`
	} `yaml:"groups"`
}

// Each alert has a severity and words, is documented with it, and is tested.
func TestAlerts(t *testing.T) {
	var file rules
	if err := yaml.Unmarshal([]byte(read(t, alertsFile)), &file); err != nil {
		t.Fatal(err)
	}
	tested, got, want := read(t, testsFile), map[string]string{}, map[string]string{}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			want[rule.Alert] = rule.Labels["severity"]
			if s := rule.Labels["severity"]; s != "page" && s != "ticket" || len(rule.Labels) != 1 {
				t.Errorf("%s: labels %v", rule.Alert, rule.Labels)
			}
			if rule.Annotations["summary"] == "" || rule.Annotations["description"] == "" {
				t.Errorf("%s: annotations %v", rule.Alert, rule.Annotations)
			}
			quiet, fires := "alertname: "+rule.Alert+"}", "alertname: "+rule.Alert+"\n        exp_alerts:"
			if !strings.Contains(tested, quiet) || !strings.Contains(tested, fires) {
				t.Errorf("%s: no test that it fires, and that it does not", rule.Alert)
			}
		}
	}
	for _, row := range alerts.FindAllStringSubmatch(read(t, docsFile), -1) {
		got[row[1]] = row[2]
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) != 19 {
		t.Errorf("%d alerts; docs/metrics.md (-alerts.yaml +docs):\n%s", len(want), diff)
	}
}

// promtool runs it beside the rules.
func promtool(t *testing.T, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), require.Binary(t, "promtool"), args...)
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", command, err, out)
	}
}

// Prometheus takes the rules, and they fire when they should.
func TestRules(t *testing.T) {
	promtool(t, "check", "rules", "--lint-fatal", alertsFile)
	promtool(t, "test", "rules", testsFile)
}

// dashboard is the part of a Grafana dashboard that matters here.
type dashboard struct {
	Title  string `json:"title"`
	UID    string `json:"uid"`
	Panels []struct {
		ID      int                      `json:"id"`
		Type    string                   `json:"type"`
		Title   string                   `json:"title"`
		Grid    struct{ X, Y, W, H int } `json:"gridPos"`
		Targets []struct {
			Expr string `json:"expr"`
		} `json:"targets"`
	} `json:"panels"`
}

// The dashboard is one: its panels lie beside each other, and Prometheus understands what
// they ask.
func TestDashboard(t *testing.T) {
	var d dashboard
	if err := json.Unmarshal([]byte(read(t, dashboardFile)), &d); err != nil {
		t.Fatal(err)
	}
	ids, cells := map[int]bool{}, map[[2]int]string{}
	asked := map[string]string{} // by query
	for _, panel := range d.Panels {
		if ids[panel.ID] || panel.ID == 0 || panel.Title == "" || panel.Grid.X+panel.Grid.W > 24 || len(panel.Targets) == 0 != (panel.Type == "row") {
			t.Errorf("panel %d %q: %+v", panel.ID, panel.Title, panel)
		}
		ids[panel.ID] = true
		for x := range panel.Grid.W {
			for y := range panel.Grid.H {
				cell := [2]int{panel.Grid.X + x, panel.Grid.Y + y}
				if other := cells[cell]; other != "" {
					t.Fatalf("%s lies on %s", panel.Title, other)
				}
				cells[cell] = panel.Title
			}
		}
		for _, target := range panel.Targets {
			asked[strings.NewReplacer("$__rate_interval", "5m", "$instance", ".*").Replace(target.Expr)] = panel.Title
		}
	}
	if d.Title == "" || d.UID == "" || len(asked) < 20 {
		t.Errorf("%q %q: %d queries", d.Title, d.UID, len(asked))
	}
	var file strings.Builder
	file.WriteString("groups:\n  - name: dashboard\n    rules:\n")
	for i, query := range slices.Sorted(maps.Keys(asked)) {
		fmt.Fprintf(&file, "      - {record: 'query:%d', expr: %q}\n", i, query)
	}
	queries := filepath.Join(t.TempDir(), "queries.yaml")
	if err := os.WriteFile(queries, []byte(file.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "check", "rules", queries)
}
