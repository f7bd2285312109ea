package sitemap

import (
	"errors"
	"fmt"
	"time"
)

var (
	errShort         = fmt.Errorf("shorter than %d bytes", minLoc)
	errImagesOption  = errors.New("images in a sitemap without Options.Images")
	errTooManyImages = fmt.Errorf("more than %d images", MaxImages)
)

// encoder appends elements. It keeps what neighbours in a file have in common.
type encoder struct {
	typesetter
	clock

	page       locator
	image      locator // of the images, often on another host
	thumbnail  locator
	content    locator
	alternates []locator // of the first alternate of each page, the second and so on
}

// appendEntry appends loc and lastmod, which a urlset and an index share.
func (e *encoder) appendEntry(b []byte, loc string, mod time.Time) ([]byte, error) {
	b = append(b, "<loc>"...)
	b, n, err := e.page.appendLoc(b, loc)
	switch {
	case err != nil:
		return nil, err
	case n < minLoc:
		return nil, errShort
	case mod.IsZero():
		return append(b, "</loc>"...), nil
	}
	b = append(b, "</loc><lastmod>"...)
	if b, err = e.appendTime(b, mod); err != nil {
		return nil, fmt.Errorf("lastmod: %w", err)
	}
	return append(b, "</lastmod>"...), nil
}

// appendImages appends an image element for each address.
func (e *encoder) appendImages(b []byte, images []string) ([]byte, error) {
	if len(images) > MaxImages {
		return nil, errTooManyImages
	}
	for _, loc := range images {
		b = append(b, "<image:image><image:loc>"...)
		var err error
		if b, _, err = e.image.appendLoc(b, loc); err != nil {
			return nil, fmt.Errorf("image %.200q: %w", loc, err)
		}
		b = append(b, "</image:loc></image:image>"...)
	}
	return b, nil
}
