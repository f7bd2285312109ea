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
	slots = 16384 // of every cluster
	nodes = 3     // masters of ours
)

// Cluster is three masters without replicas that share the slots. What Server
// promises about goroutines holds for it too.
type Cluster struct {
	nodes []*Server
}

// StartCluster runs an empty cluster, which ends with the test. It returns once
// every node says that the cluster is whole. It skips as Start does.
func StartCluster(t testing.TB) *Cluster {
	t.Helper()
	c := new(Cluster)
	for range nodes {
		c.nodes = append(c.nodes, start(t, append(keepNothing(t),
			"--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "2000")...))
	}
	host, port, err := net.SplitHostPort(c.nodes[0].addr)
	if err != nil {
		t.Fatalf("redistest: %v", err)
	}
	for i, node := range c.nodes {
		node.Do("CLUSTER", "ADDSLOTSRANGE", i*slots/nodes, (i+1)*slots/nodes-1)
		node.Do("CLUSTER", "SET-CONFIG-EPOCH", i+1) // else they first quarrel about it
		if i > 0 {
			node.Do("CLUSTER", "MEET", host, port)
		}
	}
	c.Await()
	return c
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
				return strings.Contains(text, "cluster_state:ok") && strings.Contains(text, fmt.Sprintf("cluster_known_nodes:%d\r", nodes)), err
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

// Flush removes all keys.
func (c *Cluster) Flush() {
	c.nodes[0].t.Helper()
	for _, node := range c.nodes {
		node.Flush()
	}
}

func addrs(servers []*Server) (addrs []string) {
	for _, s := range servers {
		addrs = append(addrs, s.addr)
	}
	return addrs
}
