package config

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestOpenFiles holds that a secret is warned of that all users may read.
func TestOpenFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs permissions of files, which Windows has not")
	}
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const token = "server:\n  admin_token: 0123456789abcdef\n"
	for _, tt := range []struct {
		name, file string
		mode       os.FileMode
		secret     os.FileMode // of the token's own file; 0: there is none
		want       string
	}{
		{"a token", token, 0o644, 0, "server.admin_token: all users"},
		{"a secret of hooks", "server:\n  hooks: {ghost: 0123456789abcdef}\n", 0o644, 0, "server.hooks.ghost: all users"},
		{"a token that all may write", token, 0o602, 0, "server.admin_token: all users"},
		{"a token for the group", token, 0o660, 0, ""},
		{"a token for the owner", token, 0o600, 0, ""},
		{"a database's password", "content:\n  driver: postgres\n  dsn: postgres://reader:hunter2@db.example/cms\n", 0o644, 0, "content.dsn: all users"},
		{"a database without a password", "content:\n  driver: postgres\n  dsn: postgres://reader@db.example/cms\n", 0o644, 0, ""},
		{"Redis' password", "cache:\n  redis:\n    addrs: [127.0.0.1:6379]\n    password: hunter2\n", 0o644, 0, "cache.redis.password: all users"},
		{"no secret", "", 0o666, 0, ""},
		{"a secret's own file", "", 0o644, 0o644, "FEEDSTATION_SERVER_ADMIN_TOKEN_FILE: server.admin_token: all users"},
		{"a secret's own file for the group", "", 0o644, 0o440, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var environ []string
			if tt.secret != 0 {
				environ = []string{"FEEDSTATION_SERVER_ADMIN_TOKEN_FILE=" + write("token"+tt.secret.String(), "0123456789abcdef", tt.secret)}
			}
			c, err := Load(write("config.yaml", city+tt.file, tt.mode), environ)
			if err != nil {
				t.Fatal(err)
			}
			warned := slices.ContainsFunc(c.Warnings, func(w string) bool { return strings.Contains(w, tt.want) && strings.Contains(w, "all users") })
			if warned != (tt.want != "") {
				t.Errorf("warnings %q, want %q", c.Warnings, tt.want)
			}
		})
	}
}
