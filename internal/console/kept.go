package console

import (
	"context"
	"sync"
	"time"

	"feedstation/internal/server"
)

// How long the kept editions of a station are waited for, how long they are looked up at
// most, and how long what was found is shown before they are looked up again.
const (
	keptWait    = 200 * time.Millisecond
	keptTimeout = 10 * time.Second
	keptFor     = 5 * time.Second
)

// keeper looks up kept editions beside the requests: Redis or the disk may hang. Of each
// station there is one look-up at a time.
type keeper struct {
	look func(ctx context.Context, station string) ([]server.Kept, error)

	mu      sync.Mutex
	answers map[string]*keptAnswer
}

// keptAnswer is what was found last; At is zero while nothing was.
type keptAnswer struct {
	Editions []server.Kept
	Err      error
	At       time.Time
	busy     chan struct{} // closed when the look-up ends; nil: there is none
}

func newKeeper(look func(ctx context.Context, station string) ([]server.Kept, error)) *keeper {
	return &keeper{look: look, answers: map[string]*keptAnswer{}}
}

// of returns the kept editions of a station as far as they are known, and has them looked
// up again. The station has to be one of the network.
func (k *keeper) of(ctx context.Context, station string) keptAnswer {
	if k.look == nil {
		return keptAnswer{}
	}
	k.mu.Lock()
	a := k.answers[station]
	if a == nil {
		a = new(keptAnswer)
		k.answers[station] = a
	}
	if a.busy == nil && time.Since(a.At) >= keptFor {
		a.busy = make(chan struct{})
		go k.find(context.WithoutCancel(ctx), station, a)
	}
	busy := a.busy
	k.mu.Unlock()
	if busy != nil {
		select {
		case <-busy:
		case <-time.After(keptWait):
		case <-ctx.Done():
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return *a
}

func (k *keeper) find(ctx context.Context, station string, a *keptAnswer) {
	ctx, stop := context.WithTimeout(ctx, keptTimeout)
	defer stop()
	editions, err := k.look(ctx, station)
	k.mu.Lock()
	defer k.mu.Unlock()
	if err == nil || a.At.IsZero() {
		a.Editions = editions
	}
	a.Err, a.At = err, time.Now()
	close(a.busy)
	a.busy = nil
}
