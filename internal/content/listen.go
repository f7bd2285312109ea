package content

import (
	"cmp"
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// How long is waited before a connection is tried again, at first and at most.
// One that has lasted for the longer begins anew.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 30 * time.Second
)

// maxSilence is how long a connection may be silent before it is asked whether
// it still is one: firewalls drop silent ones and tell nobody.
const maxSilence = 30 * time.Second

// probeChannel is where a connection that listens hears of its own probe.
const probeChannel = "feedstation_probe"

// errDeaf is of a connection that has been told that it listens, and doesn't hear.
var errDeaf = errors.New("notifications do not arrive: a pooler in transaction mode, such as PgBouncer, accepts LISTEN and loses them; " +
	"set content.notify_dsn to the database server itself or to a pool in session mode, or remove content.notify")

// Listen calls woken for each notification on the channel that Options name,
// with its payload, which may be an article's id or empty; and with none after
// every connection that was made, since nothing is kept for those who are away.
// A connection counts as made once it has heard a probe: poolers take a LISTEN that they
// can't keep.
// It has a connection of its own, makes a new one whenever that breaks, after
// pauses of up to half a minute, and finds one that is dead without having said
// so within half a minute and what Options.Timeout adds. State is called with
// nil for each connection that is made, and with an error for each that could not be
// made or has broken. Both have to return soon: the server keeps what is not
// fetched, for all who listen.
//
// It ends with ctx, without an error; at once, with an error, if no channel is
// configured.
func (s *Store) Listen(ctx context.Context, woken func(id string), state func(err error)) error {
	if s.notify == "" {
		return errors.New("content: listen: no channel is configured")
	}
	untilDone(ctx, state, func(connected func()) error {
		if err := s.listen(ctx, woken, connected); err != nil {
			return fmt.Errorf("content: listen: %w", s.explain(err))
		}
		return nil
	})
	return nil
}

// untilDone does again and again what goes on until it fails, until ctx ends.
func untilDone(ctx context.Context, state func(error), do func(connected func()) error) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		began := time.Now()
		err := do(func() { state(nil) })
		if ctx.Err() != nil {
			return
		}
		state(err)
		if time.Since(began) > lastPause {
			pause = firstPause
		}
		// Many who lost one server do not come back together.
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause/2 + rand.N(pause/2)):
		}
	}
}

// listen makes a connection and listens until it breaks or ctx ends.
func (s *Store) listen(ctx context.Context, woken func(id string), connected func()) error {
	conn, err := s.subscribe(ctx)
	if err != nil {
		return err
	}
	defer hangUp(conn)
	early, err := s.probe(ctx, conn)
	if err != nil {
		return err
	}
	connected()
	woken("")
	for _, id := range early {
		woken(id)
	}
	for {
		notification, err := s.await(ctx, conn)
		if err != nil {
			return err
		}
		if notification.Channel == s.notify {
			woken(notification.Payload)
		}
	}
}

// subscribe returns a connection that listens.
func (s *Store) subscribe(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, s.listens)
	if err != nil {
		return nil, cause(ctx, err)
	}
	channels := "LISTEN " + s.dialect.quote(name{relation: s.notify}) + "; LISTEN " + s.dialect.quote(name{relation: probeChannel})
	if _, err := conn.Exec(ctx, channels); err != nil {
		hangUp(conn)
		return nil, cause(ctx, err)
	}
	return conn, nil
}

// probe has another connection notify, and fails where the one that listens does
// not hear it. It returns the payloads of what comes meanwhile. The connection itself
// would hear its own: behind a pooler, that of its own server's session.
func (s *Store) probe(ctx context.Context, conn *pgx.Conn) (early []string, err error) {
	token := crand.Text()
	if err := s.call(ctx, token); err != nil {
		return nil, err
	}
	silence, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	for {
		notification, err := conn.WaitForNotification(silence)
		switch {
		case err != nil && ctx.Err() == nil && pgconn.Timeout(err):
			return nil, cmp.Or(s.ping(ctx, conn), errDeaf)
		case err != nil:
			return nil, err
		case notification.Channel == s.notify:
			early = append(early, notification.Payload)
		case notification.Payload == token:
			return early, nil
		}
	}
}

// call sends a probe.
func (s *Store) call(ctx context.Context, token string) error {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, s.listens)
	if err != nil {
		return cause(ctx, err)
	}
	defer hangUp(conn)
	if _, err := conn.Exec(ctx, "SELECT pg_notify($1, $2)", probeChannel, token); err != nil {
		return cause(ctx, err)
	}
	return nil
}

// await returns the next notification. Meanwhile a connection that is silent
// has to prove that it is one.
func (s *Store) await(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	for {
		silence, cancel := context.WithTimeout(ctx, min(maxSilence, 3*s.timeout))
		notification, err := conn.WaitForNotification(silence)
		cancel()
		if err == nil || ctx.Err() != nil || !pgconn.Timeout(err) {
			return notification, err
		}
		if err := s.ping(ctx, conn); err != nil {
			return nil, err
		}
	}
}

func (s *Store) ping(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	if _, err := conn.Exec(ctx, "SELECT 1"); err != nil {
		return cause(ctx, err)
	}
	return nil
}

// hangUp closes a connection that may be dead.
func hangUp(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	_ = conn.Close(ctx) // nothing of it is needed any more
}
