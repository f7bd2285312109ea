package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"feedstation/internal/config"
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
	path := "/livez"
	if c.Ready {
		path = "/readyz"
	}
	ctx, stop := context.WithTimeout(context.Background(), healthTimeout)
	defer stop()
	text, err := fromAdmin(ctx, cfg, path)
	if err != nil {
		return fmt.Errorf("health: %w", err)
	}
	_, err = fmt.Fprintf(in.terminal.Stdout, "%s\n", bytes.TrimSpace(text))
	return err
}

// maxAnswer bounds an answer of the admin listener, in bytes.
const maxAnswer = 4 << 20

// fromAdmin asks the process of a configuration on its admin listener. The error is a
// *statusError where it answers otherwise than with 200.
func fromAdmin(ctx context.Context, cfg *config.Config, path string) ([]byte, error) {
	return askAdmin(ctx, cfg, http.MethodGet, path, nil)
}

// askAdmin does so with a request that may have a body in JSON; any success will do.
func askAdmin(ctx context.Context, cfg *config.Config, method, path string, body []byte) ([]byte, error) {
	network, address, err := dialled(cfg.Server.Admin)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://localhost"+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if token := cfg.Server.AdminToken.Reveal(); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}, DisableKeepAlives: true}}
	response, err := client.Do(request)
	if failed, ok := errors.AsType[*url.Error](err); ok { // which repeats the question
		err = failed.Err
	}
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err == nil && response.StatusCode/100 != 2 {
		err = &statusError{response.StatusCode, response.Status, string(bytes.TrimSpace(text))}
	}
	return text, err
}

// statusError is an answer of the admin listener that is none.
type statusError struct {
	code         int
	status, text string
}

func (e *statusError) Error() string { return e.status + ": " + e.text }

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
