package redistest

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
)

// masterName is what the sentinels call the pair that they watch.
const masterName = "feedstation"

const (
	sentinels = 3
	quorum    = 2
)

// Sentinel is a master, its replica and three sentinels, which make the replica
// the master when two of them have had no answer from the master for about a
// second. What Server promises about goroutines holds for it too.
type Sentinel struct {
	t         testing.TB
	pair      []*Server
	sentinels []*Server
}

// StartSentinel runs an empty master, its replica and the sentinels, which end
// with the test. It returns once all know one another and the replica is in
// step. It skips as Start does.
func StartSentinel(t testing.TB) *Sentinel {
	t.Helper()
	s := &Sentinel{t: t}
	for range 2 {
		s.pair = append(s.pair, start(t, append(keepNothing(t), "--repl-diskless-sync-delay", "0")...))
	}
	host, port, err := net.SplitHostPort(s.pair[0].addr)
	if err != nil {
		t.Fatalf("redistest: %v", err)
	}
	s.pair[1].Do("REPLICAOF", host, port)
	for range sentinels {
		s.sentinels = append(s.sentinels, startWatch(t, host, port))
	}
	s.Await()
	return s
}

// startWatch runs one sentinel, which keeps its state in the file it is
// configured by.
func startWatch(t testing.TB, masterHost, masterPort string) *Server {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sentinel.conf")
	lines := []string{
		"sentinel monitor " + masterName + " " + masterHost + " " + masterPort + " " + fmt.Sprint(quorum),
		// A second, since a busy machine may hold up an answer for half of one.
		"sentinel down-after-milliseconds " + masterName + " 1000",
		"sentinel failover-timeout " + masterName + " 3000",
		"dir " + filepath.Dir(file), "",
	}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatalf("redistest: %v", err)
	}
	s := start(t, file, "--sentinel")
	// By default they take 2 s to hear of one another and 10 s to hear of a replica.
	// While the master is away they ask the replica every second, and do not choose
	// it when its last answer is older than five ping-periods.
	s.Do("SENTINEL", "DEBUG", "publish-period", 100, "info-period", 200, "ping-period", 300, "tilt-trigger", 60_000)
	return s
}

// Await returns once all sentinels know one another and a replica that is in
// step with a master that answers. After the master was killed that takes until
// it has been restarted.
func (s *Sentinel) Await() {
	s.t.Helper()
	var group errgroup.Group
	for _, sentinel := range s.sentinels {
		group.Go(func() error {
			return until(s.t.Context(), sentinel.addr, func(ctx context.Context) (bool, error) { return s.whole(ctx, sentinel) })
		})
	}
	if err := group.Wait(); err != nil {
		s.t.Fatalf("redistest: sentinel: %v", err)
	}
}

func (s *Sentinel) whole(ctx context.Context, sentinel *Server) (bool, error) {
	reply, err := ask(ctx, sentinel.addr, "SENTINEL", "MASTER", masterName)
	if err != nil {
		return false, err
	}
	master := pairs(reply)
	replies, err := ask(ctx, sentinel.addr, "SENTINEL", "REPLICAS", masterName)
	if err != nil {
		return false, err
	}
	replicas, ok := replies.([]any)
	if !ok || len(replicas) != 1 {
		return false, nil
	}
	replica := pairs(replicas[0])
	return master["flags"] == "master" && master["num-other-sentinels"] == fmt.Sprint(sentinels-1) &&
		replica["flags"] == "slave" && replica["master-link-status"] == "ok", nil
}

// pairs returns a reply of names and values in turn.
func pairs(reply any) map[string]string {
	values, _ := reply.([]any)
	m := map[string]string{}
	for pair := range slices.Chunk(values, 2) {
		m[fmt.Sprint(pair[0])] = fmt.Sprint(pair[len(pair)-1])
	}
	return m
}

// Name returns what the sentinels call the pair.
func (s *Sentinel) Name() string { return masterName }

// Addrs returns the host:port of every sentinel.
func (s *Sentinel) Addrs() []string { return addrs(s.sentinels) }

// Sentinels returns the sentinels.
func (s *Sentinel) Sentinels() []*Server { return s.sentinels }

// Master returns the server that the sentinels take for the master now, which
// for about two seconds after a fault is still the one that has failed.
func (s *Sentinel) Master() *Server {
	s.t.Helper()
	reply, err := ask(s.t.Context(), s.sentinels[0].addr, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName)
	if err != nil {
		s.t.Fatalf("redistest: sentinel: %v", err)
	}
	host, port := "", ""
	if parts, ok := reply.([]any); ok && len(parts) == 2 {
		host, port = fmt.Sprint(parts[0]), fmt.Sprint(parts[1])
	}
	i := slices.IndexFunc(s.pair, func(server *Server) bool { return server.addr == net.JoinHostPort(host, port) })
	if i < 0 {
		s.t.Fatalf("redistest: sentinel: the master is %v, which is none of ours", reply)
	}
	return s.pair[i]
}

// Replica returns the server that is not the master.
func (s *Sentinel) Replica() *Server {
	s.t.Helper()
	if s.Master() == s.pair[0] {
		return s.pair[1]
	}
	return s.pair[0]
}

// AwaitFailover returns the master once it is another one than old, and says so
// itself.
func (s *Sentinel) AwaitFailover(old *Server) *Server {
	s.t.Helper()
	var master *Server
	err := until(s.t.Context(), "failover", func(ctx context.Context) (bool, error) {
		if master = s.Master(); master == old {
			return false, nil
		}
		role, err := ask(ctx, master.addr, "ROLE")
		parts, _ := role.([]any)
		return len(parts) > 0 && parts[0] == "master", err
	})
	if err != nil {
		s.t.Fatalf("redistest: sentinel: %v", err)
	}
	return master
}

// Flush removes all keys of the master, and so of its replica.
func (s *Sentinel) Flush() {
	s.t.Helper()
	s.Master().Flush()
}
