package redis

import (
	"testing"
	"time"

	"feedstation/internal/store"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/redistest"
)

// Where a master of a cluster is gone, its replica is asked soon after it has taken over:
// the library's own minute would be a minute without editions.
func TestClusterFailsOver(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	cluster.Replicate()
	r := openRedis(t, Options{Mode: "cluster", Addrs: cluster.Addrs(), Timeout: time.Second})
	storetest.Publish(t, r, storetest.Text(1))
	for i, node := range cluster.Nodes()[:3] {
		if node.Do("DBSIZE") == int64(0) {
			continue
		}
		cluster.FailOver(i)
		heads, err := r.Heads(t.Context(), []string{"xt"})
		for deadline := time.Now().Add(6 * mapTime); time.Now().Before(deadline) && (err != nil || heads[0].Err != nil); time.Sleep(100 * time.Millisecond) {
			heads, err = r.Heads(t.Context(), []string{"xt"})
		}
		if err != nil || heads[0].Err != nil {
			t.Fatalf("after the failover: %v, %v", heads, err)
		}
		storetest.Publish(t, r, storetest.Text(2))
		if e, err := r.Fetch(t.Context(), "xt", nil); err != nil || store.VersionOf(e) != store.VersionOf(storetest.Text(2)) {
			t.Errorf("fetched %v, %v", e, err)
		}
	}
}
