package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"feedstation/internal/ingest"
	"feedstation/internal/testkit/require"
)

// TestImportFaults holds how much is printed of the faults of one line.
func TestImportFaults(t *testing.T) {
	require.Time(t)
	many := make([]error, 1_000_000)
	for i := range many {
		many[i] = fmt.Errorf("images[%d].url: not an http(s) URL: %q", i, "x")
	}
	for _, tt := range []struct {
		name  string
		err   error
		lines int
		last  string
	}{
		{"one", errors.New("id: missing"), 1, "a.jsonl:7: id: missing\n"},
		{"two", errors.Join(errors.New("id: missing"), errors.New("url: missing")), 2, "a.jsonl:7: url: missing\n"},
		{"a million", errors.Join(many...), 21, "a.jsonl:7: and 999980 more\n"},
		{"a large one", fmt.Errorf("url: %s", strings.Repeat("长", 1_000_000)), 1, "…\n"},
		{"escape sequences", errors.New("url: \x1b[2J\u202e\nfake"), 1, `url: \x1b[2J\u202e\nfake` + "\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			lineReport{&out}.print(ingest.Place{Name: "a.jsonl", Line: 7}, tt.err, "")
			text := out.String()
			if strings.Count(text, "\n") != tt.lines || !strings.HasSuffix(text, tt.last) || len(text) > maxFaults+40 {
				t.Errorf("%d bytes, %d lines:\n%.2000s", len(text), strings.Count(text, "\n"), text)
			}
		})
	}
}
