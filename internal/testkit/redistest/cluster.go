package redistest

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
)

const (
	slots   = 16384 // of every cluster
	masters = 3     // of ours
)

// Cluster is three masters that share the slots, without replicas unless [Cluster.Replicate]
// adds them. What Server promises about goroutines holds for it too.
type Cluster struct {
	nodes []*Server // the replica of a master is as far behind it as there are masters
}

// StartCluster runs an empty cluster, which ends with the test. It returns once
// every node says that the cluster is whole. It skips as Start does.
func StartCluster(t testing.TB) *Cluster {
	t.Helper()
	c := new(Cluster)
	for range masters {
		c.nodes = append(c.nodes, startNode(t))
	}
	host, port, err := net.SplitHostPort(c.nodes[0].addr)
	if err != nil {
		t.Fatalf("redistest: %v", err)
	}
	for i, node := range c.nodes {
		node.Do("CLUSTER", "ADDSLOTSRANGE", i*slots/masters, (i+1)*slots/masters-1)
		node.Do("CLUSTER", "SET-CONFIG-EPOCH", i+1) // else they first quarrel about it
		if i > 0 {
			node.Do("CLUSTER", "MEET", host, port)
		}
	}
	c.Await()
	return c
}

func startNode(t testing.TB) *Server {
	t.Helper()
	return start(t, append(keepNothing(t), "--repl-diskless-sync-delay", "0",
		"--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "2000")...)
}

// Replicate gives each master a replica, and returns once these are in step.
func (c *Cluster) Replicate() {
	t := c.nodes[0].t
	t.Helper()
	host, port, err := net.SplitHostPort(c.nodes[0].addr)
	if err != nil {
		t.Fatalf("redistest: %v", err)
	}
	for range masters {
		node := startNode(t)
		node.Do("CLUSTER", "MEET", host, port)
		c.nodes = append(c.nodes, node)
	}
	c.Await()
	for i, master := range c.nodes[:masters] {
		replica := c.nodes[masters+i]
		replica.Do("CLUSTER", "REPLICATE", master.Do("CLUSTER", "MYID"))
		c.until(replica, "replica", "slave", func(parts []any) bool { return len(parts) > 3 && parts[3] == "connected" })
	}
}

// FailOver kills a master, and returns its replica once that has taken its place.
func (c *Cluster) FailOver(master int) *Server {
	c.nodes[0].t.Helper()
	c.nodes[master].Kill()
	replica := c.nodes[masters+master]
	c.until(replica, "failover", "master", func([]any) bool { return true })
	return replica
}

// until waits until a node has a role, and tells of it what is wanted.
func (c *Cluster) until(node *Server, what, role string, wanted func(parts []any) bool) {
	node.t.Helper()
	err := until(node.t.Context(), what, func(ctx context.Context) (bool, error) {
		answer, err := ask(ctx, node.addr, "ROLE")
		parts, _ := answer.([]any)
		return len(parts) > 0 && parts[0] == role && wanted(parts), err
	})
	if err != nil {
		node.t.Fatalf("redistest: cluster: %v", err)
	}
}

// Await returns once every node says that the cluster is whole.
func (c *Cluster) Await() {
	t := c.nodes[0].t
	t.Helper()
	var group errgroup.Group
	for _, node := range c.nodes {
		group.Go(func() error {
			return until(t.Context(), node.addr, func(ctx context.Context) (bool, error) {
				info, err := ask(ctx, node.addr, "CLUSTER", "INFO")
				text := fmt.Sprint(info)
				return strings.Contains(text, "cluster_state:ok") && strings.Contains(text, fmt.Sprintf("cluster_known_nodes:%d\r", len(c.nodes))), err
			})
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatalf("redistest: cluster: %v", err)
	}
}

// Nodes returns the servers.
func (c *Cluster) Nodes() []*Server { return c.nodes }

// Addrs returns the host:port of every node.
func (c *Cluster) Addrs() []string { return addrs(c.nodes) }

// Flush removes all keys, while the masters are those of the beginning.
func (c *Cluster) Flush() {
	c.nodes[0].t.Helper()
	for _, node := range c.nodes[:masters] {
		node.Flush()
	}
}

func addrs(servers []*Server) (addrs []string) {
	for _, s := range servers {
		addrs = append(addrs, s.addr)
	}
	return addrs
}
