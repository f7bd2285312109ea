package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"golang.org/x/sync/errgroup"

	"feedstation/internal/config"
	"feedstation/internal/network"
	"feedstation/internal/store/disk"
	"feedstation/internal/terminal"
)

// littleRoom is less than an edition of a large network and the one before it take.
const littleRoom = 100 << 20

// checkLocal looks whether the local copy can be written. It reports whether it can.
func checkLocal(out io.Writer, cfg *config.Config) (well bool) {
	room := disk.Look(cfg.Cache.Dir)
	place := "local copy     " + cfg.Cache.Dir + ": "
	switch {
	case room.Fault != nil:
		fmt.Fprintln(out, terminal.Line(place+"can't be written: "+room.Fault.Error()))
		return false
	case room.Bytes < littleRoom:
		fmt.Fprintln(out, terminal.Line(place+"only "+humanize.Bytes(room.Bytes)+" free"))
	default:
		fmt.Fprintln(out, terminal.Line(place+"can be written"))
	}
	return true
}

// lookupTime is how long the name of a host is waited for.
const lookupTime = 3 * time.Second

// checkHosts says which stations' hosts have no address here. It is no fault: the
// machine may be offline, or the name not be there yet.
func checkHosts(ctx context.Context, out io.Writer, n *network.Network, lookup func(ctx context.Context, host string) ([]string, error)) {
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	unknown := make([]string, len(n.Stations))
	var asking errgroup.Group
	asking.SetLimit(16)
	for i, s := range n.Stations {
		u, err := url.Parse(s.URL)
		if err != nil || isReserved(u.Hostname()) || s.Closed {
			continue
		}
		asking.Go(func() error {
			if _, err := lookup(ctx, u.Hostname()); err != nil {
				unknown[i] = s.ID + ": " + u.Hostname()
			}
			return nil
		})
	}
	_ = asking.Wait() // none fails
	unknown = slices.DeleteFunc(unknown, func(host string) bool { return host == "" })
	if len(unknown) > 0 {
		fmt.Fprintln(out, terminal.Line("hosts          without an address, as seen from here: "+strings.Join(unknown, ", ")))
	}
}

// isReserved reports whether a host is one that never has an address (RFC 6761).
func isReserved(host string) bool {
	top := host[strings.LastIndexByte(host, '.')+1:]
	return slices.Contains([]string{"example", "test", "invalid", "localhost"}, top)
}
