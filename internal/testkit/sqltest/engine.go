package sqltest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	_ "github.com/go-sql-driver/mysql" // the drivers that the tests' own connections use
	_ "github.com/jackc/pgx/v5/stdlib"

	"feedstation/internal/testkit/require"
)

// engine is a kind of server.
type engine struct {
	driver   string // of database/sql
	binaries []string
	account  string // that the server runs as where the test is root
	// initialise fills an empty folder; serve returns the arguments of a server
	// that has its data there.
	initialise func(dir string) (program string, args []string)
	serve      func(dir, port string) []string
	secure     func(ca, cert, key string) []string // arguments of a server with TLS
	dsn        func(addr, user, password, database string) string
	directory  string // the query of where a server has its data
	setUp      []string
}

var postgres = &engine{
	driver:   "pgx",
	binaries: []string{"postgres", "initdb"},
	account:  "postgres",
	initialise: func(dir string) (string, []string) {
		return "initdb", []string{"-D", dir, "-U", "root", "--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C", "-A", "trust"}
	},
	serve: func(dir, port string) []string {
		return []string{
			"-D", dir, "-p", port, "-h", "127.0.0.1", "-k", "", "-F", "-c", "full_page_writes=off",
			"-c", "max_connections=40", "-c", "shared_buffers=32MB", "-c", "hba_file=" + filepath.Join(filepath.Dir(dir), "hba"),
		}
	},
	secure: func(ca, cert, key string) []string {
		return []string{"-c", "ssl=on", "-c", "ssl_ca_file=" + ca, "-c", "ssl_cert_file=" + cert, "-c", "ssl_key_file=" + key}
	},
	dsn: func(addr, user, password, database string) string {
		u := url.URL{Scheme: "postgres", User: url.UserPassword(user, password), Host: addr, Path: "/" + database, RawQuery: "sslmode=disable"}
		return u.String()
	},
	directory: "SHOW data_directory",
	setUp:     []string{"CREATE USER reader PASSWORD '" + Password + "'", "CREATE USER guarded PASSWORD '" + Password + "'"},
}

var mariadb = &engine{
	driver:   "mysql",
	binaries: []string{"mariadbd", "mariadb-install-db"},
	account:  "mysql",
	initialise: func(dir string) (string, []string) {
		return "mariadb-install-db", append([]string{
			"--no-defaults", "--datadir=" + dir, "--skip-test-db",
			"--auth-root-authentication-method=normal",
		}, mariadbLight...)
	},
	serve: func(dir, port string) []string {
		return append([]string{
			"--no-defaults", "--datadir=" + dir, "--port=" + port, "--bind-address=127.0.0.1", "--skip-networking=0",
			"--socket=" + filepath.Join(filepath.Dir(dir), "sock"), "--pid-file=" + filepath.Join(filepath.Dir(dir), "pid"),
			"--skip-log-bin", "--character-set-server=utf8mb4", "--max-connections=40", "--innodb-buffer-pool-size=64M",
		}, mariadbLight...)
	},
	secure: func(ca, cert, key string) []string {
		return []string{"--ssl-ca=" + ca, "--ssl-cert=" + cert, "--ssl-key=" + key}
	},
	dsn: func(addr, user, password, database string) string {
		return fmt.Sprintf("%s:%s@tcp(%s)/%s", user, password, addr, database)
	},
	directory: "SELECT @@datadir",
	setUp: []string{
		"CREATE USER reader@'%' IDENTIFIED BY '" + Password + "'",
		"CREATE USER guarded@'%' IDENTIFIED BY '" + Password + "' REQUIRE X509",
	},
}

// mariadbLight is for data that nobody misses.
var mariadbLight = []string{"--debug-no-sync", "--innodb-flush-method=nosync", "--innodb-log-file-size=16M", "--innodb-flush-log-at-trx-commit=2"}

// require skips the test on a machine that lacks the engine.
func (e *engine) require(t testing.TB) {
	t.Helper()
	for _, binary := range e.binaries {
		require.Binary(t, binary)
	}
}

// credential returns who the server is to be: root must not be PostgreSQL, and
// has no need to be MariaDB. Anybody else is who they are.
func (e *engine) credential() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	account, err := user.Lookup(e.account)
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid), NoSetGroups: false}, nil
}

// prepare returns a folder of initialised data, a copy of the one that the
// first server of the engine began with.
func (e *engine) prepare(ctx context.Context, t testing.TB, dir string, who *syscall.Credential) error {
	if err := give(dir, who); err != nil {
		return err
	}
	// Passwords are asked of all but root.
	hba := "hostssl all guarded 127.0.0.1/32 scram-sha-256 clientcert=verify-ca\nhostnossl all guarded 127.0.0.1/32 reject\n" +
		"host replication root 127.0.0.1/32 trust\nhost all root 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
	if err := os.WriteFile(filepath.Join(dir, "hba"), []byte(hba), 0o644); err != nil {
		return err
	}
	data := filepath.Join(dir, "data")
	if template, ok := shared.data[e]; ok {
		return run(ctx, who, dir, "cp", "-R", template, data)
	}
	program, args := e.initialise(data)
	if err := run(ctx, who, dir, require.Binary(t, program), args...); err != nil {
		return err
	}
	template := filepath.Join(dir, "template")
	if shared.data == nil {
		shared.data = map[*engine]string{}
	}
	shared.data[e] = template
	return run(ctx, who, dir, "cp", "-R", data, template)
}

// give makes a folder somebody's.
func give(dir string, who *syscall.Credential) error {
	if who == nil {
		return nil
	}
	return os.Chown(dir, int(who.Uid), int(who.Gid))
}

func run(ctx context.Context, who *syscall.Credential, dir, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = dir, environment(dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	return nil
}

// environment is that of a process that leaves nothing outside dir.
func environment(dir string) []string { return append(os.Environ(), "TMPDIR="+dir) }

// isOurs reports whether the server at dsn has its data in dir.
func (e *engine) isOurs(ctx context.Context, dsn, dir string) error {
	db, err := sql.Open(e.driver, dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	var at string
	if err := db.QueryRowContext(ctx, e.directory).Scan(&at); err != nil {
		return err
	}
	if filepath.Clean(at) != dir {
		return fmt.Errorf("another server answers, of %s", at)
	}
	return nil
}
