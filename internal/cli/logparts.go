package cli

import (
	"strings"
)

// logParts logs what a service is made of, a line each.
func (h *host) logParts(s *service) {
	c := s.cfg
	h.log.Info("configuration in effect", "file", h.in.configFile, "stations", len(c.Network.Stations), "jobs", c.Jobs.Enabled)
	if c.Jobs.Enabled {
		h.log.Info("content store", "driver", c.Content.Driver, "dsn", c.Content.SafeDSN())
	}
	h.log.Info("local copy", "dir", c.Cache.Dir)
	if r := c.Cache.Redis; r != nil {
		h.log.Info("redis", "mode", r.Mode, "addrs", strings.Join(r.Addrs, ", "), "prefix", r.Prefix)
	}
	switch t := c.Server.TLS; {
	case t.ACME:
		h.log.Info("tls", "certificates", "acme")
	case t.Enabled():
		leaf := s.tls.Certificates[0].Leaf
		h.log.Info("tls", "certificates", t.Cert, "names", strings.Join(leaf.DNSNames, ", "), "until", leaf.NotAfter.UTC())
	}
}
