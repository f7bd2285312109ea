package cache

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"feedstation/internal/testkit/redistest"
)

// until looks until yes, which must be soon.
func until(t *testing.T, what string, yes func() bool) {
	t.Helper()
	deadline, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !yes() {
		select {
		case <-deadline.Done():
			t.Fatalf("%s: not within 10 s", what)
		case <-tick.C:
		}
	}
}

func TestCacheLeads(t *testing.T) {
	alone := newCache(t, slog.New(slog.DiscardHandler), newLocal(t), nil)
	if err := alone.Acquire(t.Context(), []string{"xt"}); err != nil || !alone.Leads("xt") {
		t.Errorf("without Redis: %v", err)
	}

	server := redistest.Start(t)
	a, b := pair(t, server.Addr())
	if !a.Leads("xt") {
		t.Error("a process that has not asked does not lead")
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- a.Lead(ctx, []string{"xt"}) }()
	until(t, "a leads", func() bool { return server.Do("EXISTS", stationKey("xt", "lease")) == int64(1) })
	if err := b.Acquire(t.Context(), []string{"xt"}); err != nil {
		t.Fatal(err)
	}
	if !a.Leads("xt") || b.Leads("xt") {
		t.Errorf("a leads: %t, b leads: %t; want a alone", a.Leads("xt"), b.Leads("xt"))
	}
	if a.Leader("xt") != a.Process() || b.Leader("xt") != a.Process() {
		t.Errorf("the leader is %s, for b %s; want %s", a.Leader("xt"), b.Leader("xt"), a.Process())
	}
	if left := server.Do("PTTL", stationKey("xt", "lease")).(int64); left <= leaseTime.Milliseconds()*2/3 || left > leaseTime.Milliseconds() {
		t.Errorf("the lease lasts %d ms", left)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := b.Acquire(t.Context(), []string{"xt"}); err != nil || !b.Leads("xt") {
		t.Errorf("b does not lead when a has ended: %v", err)
	}
	if err := a.Acquire(t.Context(), []string{"xt"}); err != nil || a.Leads("xt") {
		t.Errorf("a leads again: %v", err)
	}
	a.release(t.Context(), []string{"xt"}) // gives nothing back that is not its own
	if server.Do("EXISTS", stationKey("xt", "lease")) != int64(1) {
		t.Error("the lease of another process was released")
	}
}

// A lease that could not be renewed ends by this process's own clock, whatever
// Redis would say.
func TestCacheLeaseEnds(t *testing.T) {
	server := redistest.Start(t)
	a, _ := pair(t, server.Addr())
	if err := a.Acquire(t.Context(), []string{"xt"}); err != nil || !a.Leads("xt") {
		t.Fatalf("Acquire: %v", err)
	}
	a.leases.until["xt"] = time.Now()
	if a.Leads("xt") {
		t.Error("leads past its time")
	}
}

// Without an answer from Redis every process leads, and ends at once.
func TestCacheLeadsWithStoppedRedis(t *testing.T) {
	server := redistest.Start(t)
	a, b := pair(t, server.Addr())
	if err := a.Acquire(t.Context(), []string{"xt"}); err != nil {
		t.Fatal(err)
	}
	if err := b.Acquire(t.Context(), []string{"xt"}); err != nil || b.Leads("xt") {
		t.Fatalf("Acquire: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- a.Lead(ctx, []string{"xt"}) }()
	server.Stop()
	defer server.Cont()
	if err := b.Sync(t.Context()); err == nil {
		t.Error("in step with a stopped Redis")
	}
	if !b.Leads("xt") {
		t.Error("b does not lead without Redis")
	}
	started := time.Now()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if took := time.Since(started); took > 20*releaseTime {
		t.Errorf("giving the leases back took %s", took)
	}
}
