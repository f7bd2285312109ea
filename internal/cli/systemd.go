package cli

import (
	"context"
	"log/slog"
	"net"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"
)

// serviceManager is systemd, where that has started the process (sd_notify(3)).
type serviceManager struct{ log *slog.Logger }

// tell tells it a state; without one there is nobody to tell.
func (m serviceManager) tell(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		m.log.Debug("systemd not notified", "error", err)
	}
}

func (m serviceManager) ready() { m.tell(daemon.SdNotifyReady) }

func (m serviceManager) stopping() { m.tell(daemon.SdNotifyStopping) }

// reloading is followed by ready.
func (m serviceManager) reloading() {
	m.tell(daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec())
}

// watch tells it that the process is alive, twice in each of its intervals, until
// ctx ends.
func (m serviceManager) watch(ctx context.Context) {
	interval, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		m.log.Warn("systemd's watchdog not served", "error", err)
	}
	if err != nil || interval == 0 {
		return
	}
	tick := time.NewTicker(interval / 2)
	defer tick.Stop()
	for {
		m.tell(daemon.SdNotifyWatchdog)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// activated returns the sockets that systemd has opened, by their names.
func activated() (map[string]net.Listener, error) {
	all, err := activation.ListenersWithNames()
	found := map[string]net.Listener{}
	for name, listeners := range all {
		found[name] = listeners[0]
		for _, more := range listeners[1:] { // no listener has two addresses
			_ = more.Close()
		}
	}
	return found, err
}
