package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strconv"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"feedstation/internal/condition"
	"feedstation/internal/config"
	"feedstation/internal/server"
	"feedstation/internal/store/disk"
)

// protocols are those of the public listener over TLS.
var protocols = []string{"h2", "http/1.1"}

// noCertificate is the condition of a station for which the authority has given no
// certificate.
var noCertificate = condition.Kind{
	Level: slog.LevelError, Component: "acme", State: "no certificate", Stations: true, Errors: true,
	Began: "no certificate, clients of the station can't connect", Cleared: "certificate obtained",
}

// secured returns what connections of the public listener speak TLS with, nil: they
// do not. The files are read anew.
func (h *host) secured(cfg *config.Config) (*tls.Config, error) {
	t := cfg.Server.TLS
	if t.ACME {
		return h.certified(cfg), nil
	}
	if !t.Enabled() {
		return nil, nil //nolint:nilnil // as crypto/tls and net/http have it
	}
	pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
	if err != nil {
		return nil, fmt.Errorf("server.tls: %w", err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: protocols, Certificates: []tls.Certificate{pair}}, nil
}

// manager returns that of certificates of an authority, which are in the folder of the
// local copy. It is the same one as long as the process lives, so that no two ask for
// the same certificate.
func (h *host) manager(cfg *config.Config) *autocert.Manager {
	dir := filepath.Join(cfg.Cache.Dir, disk.ACMEName)
	id := [...]string{cfg.Server.TLS.ACMEDirectory, cfg.Server.TLS.ACMEEmail, dir}
	manager, ok := h.managers[id]
	if !ok {
		manager = &autocert.Manager{
			Prompt: autocert.AcceptTOS, Cache: certificates{dir}, Email: cfg.Server.TLS.ACMEEmail,
			Client: &acme.Client{DirectoryURL: cfg.Server.TLS.ACMEDirectory, UserAgent: "feedstation"},
			HostPolicy: func(_ context.Context, name string) error {
				_, err := h.stationOf(name)
				return err
			},
		}
		h.managers[id] = manager
	}
	return manager
}

// certified is secured with certificates of an authority.
func (h *host) certified(cfg *config.Config) *tls.Config {
	manager := h.manager(cfg)
	with := manager.TLSConfig()
	with.MinVersion = tls.VersionTLS12
	with.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		certificate, err := manager.GetCertificate(hello)
		if station, unknown := h.stationOf(hello.ServerName); unknown == nil && !errors.Is(err, context.Canceled) {
			h.conditions.Note(noCertificate, station, err)
		}
		return certificate, err
	}
	return with
}

// redirecting returns what answers without TLS: it leads to the public listener, and
// tells an authority of certificates what that asks for (HTTP-01, RFC 8555 §8.3).
func (s *service) redirecting(readiness *server.Readiness) http.Handler {
	t := s.cfg.Server.TLS
	if t.Redirect == "" {
		return s.public // for connections that are left of a service before
	}
	port := ""
	if at, ok := s.entrances[0].listener.Addr().(*net.TCPAddr); ok {
		port = strconv.Itoa(at.Port)
	}
	redirect := readiness.Health(server.Redirect(s.cfg.Network, port))
	if t.ACME {
		return s.host.manager(s.cfg).HTTPHandler(redirect)
	}
	return redirect
}

// errNoStation is what a name meets that no station has.
var errNoStation = errors.New("no station has this host")

// stationOf returns the id of the first station with a host, one that publishes no more
// included: it answers that.
func (h *host) stationOf(name string) (string, error) {
	s, ok := h.serving.Load().cfg.Network.OnHost(name)
	if !ok {
		return "", errNoStation
	}
	return s.ID, nil
}
