package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
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
	host, port, err := net.SplitHostPort(cfg.Server.Admin)
	if err != nil {
		return fmt.Errorf("server.admin: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	path := "/livez"
	if c.Ready {
		path = "/readyz"
	}
	ctx, stop := context.WithTimeout(context.Background(), healthTimeout)
	defer stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+path, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
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
