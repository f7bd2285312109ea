package house

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"feedstation/internal/testkit/require"
)

// vulnerability is an entry of a database of vulnerabilities, https://ossf.github.io/osv-schema.
const vulnerability = `{"schema_version": "1.3.1", "id": "GO-2099-0001", "modified": "2099-01-01T00:00:00Z", "published": "2099-01-01T00:00:00Z",
"details": "A timetable may run too often.", "affected": [{
	"package": {"name": "github.com/robfig/cron/v3", "ecosystem": "Go"},
	"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
	"ecosystem_specific": {"imports": [{"path": "github.com/robfig/cron/v3", "symbols": [%q]}]}
}], "database_specific": {"url": "https://vuln.example/GO-2099-0001"}}`

// A vulnerability of what is compiled in is told, and fails the target, where the program
// calls what has it. Without a database nothing can be told, and that is said.
func TestVulncheck(t *testing.T) {
	t.Parallel()
	require.Time(t)
	database := func(symbol string) string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "GO-2099-0001.json"), fmt.Appendf(nil, vulnerability, symbol), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	for _, tt := range []struct {
		name, database string
		fails          bool
		want           []string
	}{
		{"called", database("ParseStandard"), true, []string{"GO-2099-0001", "cron.ParseStandard"}},
		{"not called", database("Recover"), false, []string{"No vulnerabilities found"}},
		{"no database", "", false, []string{"SKIPPED, nothing was looked up"}},
		{"an empty folder", t.TempDir(), true, []string{"is no database"}},
		{"no folder", filepath.Join(t.TempDir(), "none"), true, []string{"is no database"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			check := exec.CommandContext(t.Context(), "make", "vulncheck", "VULNDB="+tt.database, "VULNFOR=./internal/schedule")
			check.Dir = top
			out, err := check.CombinedOutput()
			if (err != nil) != tt.fails {
				t.Errorf("%v\n%s", err, out)
			}
			for _, want := range tt.want {
				if !strings.Contains(string(out), want) {
					t.Errorf("want %q in\n%s", want, out)
				}
			}
		})
	}
}
