package press

import (
	"errors"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/pages"
)

// standing adds the documents that depend on the configuration alone: robots.txt, the
// list of feeds, the style, the script and the icon of pages, which depend on nothing, and what is
// said of text and data mining, if anything is.
func (b *builder) standing() error {
	if b.keepStanding() {
		return nil
	}
	robots := []byte(b.network.Robots(b.station))
	err := errors.Join(
		b.addBody(network.RobotsPath, "text/plain; charset=utf-8", robots, edition.Epoch),
		b.addBody(network.StylePath, pages.StyleType, pages.Style(), edition.Epoch),
		b.addBody(network.ScriptPath, pages.ScriptType, pages.Script(), edition.Epoch),
		b.addBody(network.IconPath, pages.IconType, pages.Icon(), edition.Epoch),
		b.opml(),
	)
	if mining := b.network.TDMRep(b.station); mining != nil {
		err = errors.Join(err, b.addBody(network.TDMPath, "application/json", mining, edition.Epoch))
	}
	return err
}

// keepStanding keeps the documents of the current edition, where that is of the same
// configuration and has them whole, and reports whether it has.
func (b *builder) keepStanding() bool {
	paths := []string{network.RobotsPath, network.StylePath, network.ScriptPath, network.IconPath, network.OPMLPath}
	if b.network.TDMRep(b.station) != nil {
		paths = append(paths, network.TDMPath)
	}
	for _, path := range paths {
		if document := b.previous(path); b.everything || document == nil || document.Lost() {
			return false
		}
	}
	for _, path := range paths {
		b.keep(path)
	}
	return true
}

// Standing returns the documents of a station that depend on the configuration alone, as
// the first edition has them.
func (p *Press) Standing(station *network.Station) (map[string]*edition.Document, error) {
	b := &builder{Press: p, draft: &draft{station: station, asOf: edition.Epoch, headers: p.headers(), documents: map[string]*edition.Document{}}}
	return b.documents, b.standing()
}

// headers are those of documents that are not feeds.
func (p *Press) headers() edition.Headers {
	headers := edition.DefaultHeaders
	headers.StaleIfError, headers.StaleWhileRevalidate = p.options.StaleIfError, p.options.StaleWhileRevalidate
	return headers
}
