package disk

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feedstation/internal/testkit/require"
)

// TestLook holds that what keeps a local copy from being written is found, and nothing
// is made.
func TestLook(t *testing.T) {
	require.Root(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	readOnly, full, noInodes := require.Mount(t, "size=1m"), require.Mount(t, "size=64k"), require.Mount(t, "nr_inodes=2")
	require.ReadOnly(t, readOnly, true)
	if err := os.WriteFile(filepath.Join(full, "all"), make([]byte, 64<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(noInodes, "last"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, dir, want string }{
		{"there", dir, ""},
		{"not there yet", filepath.Join(dir, "var", "cache"), ""},
		{"a file", file, "not a folder"},
		{"below a file", filepath.Join(file, "cache"), "not a directory"},
		{"a read-only root", filepath.Join(readOnly, "cache"), "read-only file system"},
		{"a full disk", full, "no space left on device"},
		{"no inodes", noInodes, "no space left on device"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Look(tt.dir)
			if tt.want == "" && (got.Fault != nil || got.Bytes == 0) || tt.want != "" && (got.Fault == nil || !strings.Contains(got.Fault.Error(), tt.want)) {
				t.Errorf("%+v, want %q", got, tt.want)
			}
		})
	}
	if _, err := os.Stat(filepath.Join(dir, "var")); err == nil {
		t.Error("a folder was made")
	}
}
