package config

// Webhook is who is told of changed articles with a signed request.
type Webhook struct {
	// ID names it, for the operator.
	ID string `key:"id"`
	// URL is where the requests go.
	URL string `key:"url"`
	// Secret signs them.
	Secret Secret `key:"secret"`
	// Stations are those whose articles it is told of; nil: all.
	Stations []string `key:"stations"`
}

func (w *Webhook) validate(r *report, path string, ids map[string]string, stations map[string]bool) {
	r.id(path+".id", w.ID, ids)
	r.endpoint(path+".url", w.URL)
	if w.Secret.Reveal() == "" {
		r.value(path+".secret", "missing")
	}
	r.token(path+".secret", w.Secret)
	r.someStations(path+".stations", w.Stations, stations)
}
