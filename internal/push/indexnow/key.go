package indexnow

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"feedstation/internal/network"
	"feedstation/internal/push/client"
)

// key returns the key that a station uses, and where its file is: the present one, or as
// long as its file is not seen at the public address the former one.
func (d *Destination) key(ctx context.Context, station *network.Station) (key, location string, err error) {
	for _, key := range station.Keys {
		d.mu.Lock()
		location, known := d.seen[key]
		d.mu.Unlock()
		if known {
			return key, location, nil
		}
		location, fault := Look(ctx, d.client, station, key)
		if fault == nil {
			d.mu.Lock()
			d.seen[key] = location
			d.mu.Unlock()
			return key, location, nil
		}
		if err == nil {
			err = fault
		}
	}
	return "", "", err
}

// Look looks for the file of a key at a station's public address, and returns where it
// is: at the root of the host or else in the station's folder, which it speaks for then.
// The error says what is there instead; the key is to be a secret of the client's.
func Look(ctx context.Context, c *client.Client, station *network.Station, key string) (location string, err error) {
	for _, base := range bases(station) {
		location = base + network.KeyPath(key)
		fault := look(ctx, c, location, key)
		if fault == nil {
			return location, nil
		}
		if err == nil {
			err = fmt.Errorf("key file not seen at %s%s: %w", base, network.KeyPath("{key}"), fault)
		}
	}
	return "", err
}

// bases returns where the file may be, the root first.
func bases(station *network.Station) []string {
	if root := station.Origin(); root != station.URL {
		return []string{root, station.URL}
	}
	return []string{station.URL}
}

// look returns why the file of a key is not at an address.
func look(ctx context.Context, c *client.Client, location, key string) error {
	got, err := c.Do(ctx, client.Request{Method: http.MethodGet, URL: location})
	switch {
	case err != nil:
		return err
	case got.Status != http.StatusOK:
		return c.Refused(got)
	case string(got.Body) != key:
		return errors.New("its text is not the key")
	}
	return nil
}
