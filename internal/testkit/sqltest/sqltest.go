// Package sqltest gives tests real database servers: PostgreSQL and MariaDB
// from the machine's own programs, on loopback ports, with their data in a
// temporary folder.
//
// The servers of a test package are started when the first test asks for them,
// and once: its TestMain is
//
//	func TestMain(m *testing.M) { os.Exit(sqltest.Main(m)) }
//
// Each test gets an empty database of its own. A test that kills or freezes a
// server starts one for itself. No server outlives the test program.
//
// It is a test helper: no production package may import it.
package sqltest

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// Password is that of the users reader and guarded, who may do nothing but what a test
// grants. Guarded needs a certificate as well, see [Server.Secure].
const Password = "geheim-岳麓-7"

// shared are the servers of the test program.
var shared struct {
	mu      sync.Mutex
	running bool   // below Main
	dir     string // with the initialised data that servers start from; empty: not needed yet
	servers map[*engine]*Server
	data    map[*engine]string
	count   int // of servers and databases
}

// Main runs the tests of a package, an [*testing.M], and ends its servers. It returns
// the exit status.
func Main(m interface{ Run() int }) int {
	shared.mu.Lock()
	shared.running = true
	shared.mu.Unlock()
	code := m.Run()
	if err := stopAll(); err != nil {
		fmt.Fprintln(os.Stderr, "sqltest:", err)
		return max(code, 1)
	}
	return code
}

func stopAll() error {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	for _, server := range shared.servers {
		if err := server.end(); err != nil {
			return err
		}
	}
	if shared.dir == "" {
		return nil
	}
	return os.RemoveAll(shared.dir)
}

// Postgres returns the package's PostgreSQL. A machine without one skips the
// test, as package require says.
func Postgres(t testing.TB) *Server { t.Helper(); return common(t, postgres) }

// MariaDB returns the package's MariaDB. A machine without one skips the test.
func MariaDB(t testing.TB) *Server { t.Helper(); return common(t, mariadb) }

// StartPostgres starts a PostgreSQL that ends with the test.
func StartPostgres(t testing.TB) *Server { t.Helper(); return own(t, postgres) }

// StartMariaDB starts a MariaDB that ends with the test.
func StartMariaDB(t testing.TB) *Server { t.Helper(); return own(t, mariadb) }

func common(t testing.TB, e *engine) *Server {
	t.Helper()
	e.require(t)
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if server, ok := shared.servers[e]; ok {
		return server
	}
	server, err := start(t.Context(), t, e)
	if err != nil {
		t.Fatalf("sqltest: %v", err)
	}
	if shared.servers == nil {
		shared.servers = map[*engine]*Server{}
	}
	shared.servers[e] = server
	return server
}

func own(t testing.TB, e *engine) *Server {
	t.Helper()
	e.require(t)
	shared.mu.Lock()
	defer shared.mu.Unlock()
	server, err := start(t.Context(), t, e)
	if err != nil {
		t.Fatalf("sqltest: %v", err)
	}
	t.Cleanup(func() {
		if err := server.end(); err != nil {
			t.Errorf("sqltest: %v", err)
		}
		// Its template may be that of others.
		if err := os.RemoveAll(filepath.Join(server.dir, "data")); err != nil {
			t.Errorf("sqltest: %v", err)
		}
	})
	return server
}

// folder returns a new folder for one server. Main removes what is in them.
func folder(t testing.TB) (string, error) {
	if !shared.running {
		t.Fatal("sqltest: the package's TestMain does not call sqltest.Main")
	}
	if shared.dir == "" {
		dir, err := os.MkdirTemp("", "sqltest") //nolint:usetesting // the servers outlive the test
		if err != nil {
			return "", err
		}
		// PostgreSQL's own user has to pass through.
		if err := os.Chmod(dir, 0o755); err != nil {
			return "", err
		}
		shared.dir = dir
	}
	shared.count++
	dir := filepath.Join(shared.dir, fmt.Sprint(shared.count))
	return dir, os.Mkdir(dir, 0o755)
}
