package sqltest

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

// engines are what each test runs for.
func engines(t *testing.T, test func(t *testing.T, common, own func(testing.TB) *Server)) {
	t.Run("postgres", func(t *testing.T) { test(t, Postgres, StartPostgres) })
	t.Run("mariadb", func(t *testing.T) { test(t, MariaDB, StartMariaDB) })
}

func TestShared(t *testing.T) {
	engines(t, func(t *testing.T, common, _ func(testing.TB) *Server) {
		s := common(t)
		if common(t) != s {
			t.Error("a second server")
		}
		one, two := s.Database(t), s.Database(t)
		if one == two {
			t.Fatalf("one database twice: %s", one)
		}
		db := s.Open(t, one)
		if _, err := db.ExecContext(t.Context(), "CREATE TABLE here (x int)"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Open(t, two).ExecContext(t.Context(), "SELECT x FROM here"); err == nil {
			t.Error("databases share their tables")
		}
	})
}

func TestReader(t *testing.T) {
	engines(t, func(t *testing.T, common, _ func(testing.TB) *Server) {
		s := common(t)
		for password, want := range map[string]bool{Password: true, "wrong": false} {
			err := s.engine.isOurs(t.Context(), s.DSN("reader", password, "-"), "/elsewhere")
			if got := err != nil && !refused(err); got != want {
				t.Errorf("password %q: %v, want it taken: %t", password, err, want)
			}
		}
	})
}

// refused reports whether an error is of a password, and not of the database
// that is not there.
func refused(err error) bool {
	text := err.Error()
	return strings.Contains(text, "password authentication failed") || strings.Contains(text, "Access denied for user 'reader'@'localhost'")
}

func TestOwn(t *testing.T) {
	engines(t, func(t *testing.T, common, own func(testing.TB) *Server) {
		s := own(t)
		if s.Addr() == common(t).Addr() {
			t.Fatal("not a server of its own")
		}
		db := s.Open(t, s.Database(t))
		if _, err := db.ExecContext(t.Context(), "CREATE TABLE kept (x int)"); err != nil {
			t.Fatal(err)
		}
		s.Stop(t)
		brief, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := db.PingContext(brief); err == nil {
			t.Error("a stopped server answers")
		}
		s.Cont(t)
		if _, err := db.ExecContext(t.Context(), "INSERT INTO kept VALUES (1)"); err != nil {
			t.Errorf("after Cont: %v", err)
		}
		s.Kill(t)
		if err := db.PingContext(t.Context()); err == nil {
			t.Error("a killed server answers")
		}
		s.Restart(t)
		var n int
		if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM kept").Scan(&n); err != nil {
			t.Errorf("after Restart: %v", err)
		}
	})
}

// TestServersDieWithTheProgram kills a test program that has servers.
func TestServersDieWithTheProgram(t *testing.T) {
	const variable = "FEEDSTATION_TEST_SQLTEST"
	if os.Getenv(variable) != "" {
		t.Logf("addresses %s %s.", Postgres(t).Addr(), MariaDB(t).Addr())
		if err := os.WriteFile(os.Getenv(variable), []byte(Postgres(t).Addr()+" "+MariaDB(t).Addr()), 0o644); err != nil {
			t.Fatal(err)
		}
		select {}
	}
	Postgres(t)
	MariaDB(t)
	file := t.TempDir() + "/addresses"
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestServersDieWithTheProgram$")
	cmd.Env = append(os.Environ(), variable+"="+file, "TMPDIR="+traversable(t))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var text []byte
	for deadline := time.Now().Add(time.Minute); len(text) == 0; {
		if time.Now().After(deadline) {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			t.Fatalf("the program has no servers:\n%s", out.String())
		}
		time.Sleep(10 * time.Millisecond)
		text, _ = os.ReadFile(file)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for addr := range strings.FieldsSeq(string(text)) {
		deadline := time.Now().Add(time.Minute)
		for exec.CommandContext(t.Context(), "bash", "-c", "exec 3<>/dev/tcp/"+strings.Replace(addr, ":", "/", 1)).Run() == nil {
			if time.Now().After(deadline) {
				t.Fatalf("%s still answers", addr)
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// traversable returns a temporary folder that every user may pass through.
func traversable(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, folder := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
