package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

type healthCommand struct {
	Ready bool `help:"Whether it serves all stations, not only whether it runs."`
}

// healthTimeout is how long an answer is waited for.
const healthTimeout = 5 * time.Second

// Run asks the process of this configuration how it is, for where there is no other
// program to ask with, as in a container.
func (c *healthCommand) Run(in *invocation) error {
	cfg, err := in.config()
	if err != nil {
		return err
	}
	network, address, err := dialled(cfg.Server.Admin)
	if err != nil {
		return fmt.Errorf("health: %w", err)
	}
	path := "/livez"
	if c.Ready {
		path = "/readyz"
	}
	ctx, stop := context.WithTimeout(context.Background(), healthTimeout)
	defer stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+path, nil)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}}}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("health: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<12))
	if err != nil {
		return fmt.Errorf("health: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("health: %s: %s", response.Status, bytes.TrimSpace(text))
	}
	_, err = fmt.Fprintf(in.terminal.Stdout, "%s\n", bytes.TrimSpace(text))
	return err
}

// dialled returns where a listener of this machine is reached.
func dialled(listener string) (network, address string, err error) {
	if file, ok := strings.CutPrefix(listener, "unix:"); ok {
		return "unix", file, nil
	}
	host, port, err := net.SplitHostPort(listener)
	if err != nil || strings.HasPrefix(listener, "systemd:") {
		return "", "", fmt.Errorf("server.admin is no address that can be asked: %q", listener)
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = ""
	}
	return "tcp", net.JoinHostPort(host, port), nil // without a host, this machine
}
