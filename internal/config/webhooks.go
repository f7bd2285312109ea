package config

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// WebhookEvents are what may become of an article, as a [Webhook] has it.
var WebhookEvents = [...]string{"published", "changed", "gone"}

// Webhook is who is told of changed articles with a signed request.
type Webhook struct {
	// ID names it, for the operator.
	ID string `key:"id"`
	// URL is where the requests go.
	URL string `key:"url"`
	// Secret signs them: whsec_ and base64, or a text.
	Secret Secret `key:"secret"`
	// Events are those of WebhookEvents that it is told of; nil: all.
	Events []string `key:"events"`
	// Stations are those whose articles it is told of; nil: all.
	Stations []string `key:"stations"`
}

// keyPrefix is that of secrets in base64, as the Standard Webhooks specification has them.
const keyPrefix = "whsec_"

// Key returns what signs: what is behind whsec_ in base64, or the secret's text.
func (w *Webhook) Key() []byte {
	text, ok := strings.CutPrefix(w.Secret.Reveal(), keyPrefix)
	if !ok {
		return []byte(text)
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return key
}

func (w *Webhook) validate(r *report, path string, ids map[string]string, stations map[string]bool) {
	r.id(path+".id", w.ID, ids)
	r.endpoint(path+".url", w.URL)
	if w.Secret.Reveal() == "" {
		r.value(path+".secret", "missing")
	}
	r.token(path+".secret", w.Secret)
	if len(w.Key()) < minToken && w.Secret.Reveal() != "" {
		r.value(path+".secret", "behind %s want at least %d bytes in base64", keyPrefix, minToken)
	}
	if w.Events != nil && len(w.Events) == 0 {
		r.value(path+".events", "want one at least; without this key it is all")
	}
	for i, event := range w.Events {
		if !slices.Contains(WebhookEvents[:], event) {
			r.value(fmt.Sprintf("%s.events[%d]", path, i), "want one of %s, got %s", strings.Join(WebhookEvents[:], ", "), quote(event))
		}
	}
	r.someStations(path+".stations", w.Stations, stations)
}
