package sitemap

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

var (
	errShort         = fmt.Errorf("shorter than %d bytes", minLoc)
	errImagesOption  = errors.New("images in a sitemap without Options.Images")
	errTooManyImages = fmt.Errorf("more than %d images", MaxImages)
)

// encoder appends elements. It keeps what neighbours in a file have in common.
type encoder struct {
	lenient bool // drops what can't be published, see [Options.Lenient]

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
	b = append(b, "</loc>"...)
	with, err := e.appendTime(append(b, "<lastmod>"...), mod)
	switch {
	case err == nil:
		return append(with, "</lastmod>"...), nil
	case e.lenient:
		return b, nil
	}
	return nil, fmt.Errorf("lastmod: %w", err)
}

// appendImages appends an image element for each address.
func (e *encoder) appendImages(b []byte, images []string) ([]byte, error) {
	if len(images) > MaxImages && !e.lenient {
		return nil, errTooManyImages
	}
	written := 0
	for i, loc := range images {
		if e.lenient && (written == MaxImages || slices.Contains(images[:i], loc)) {
			continue
		}
		with, _, err := e.image.appendLoc(append(b, "<image:image><image:loc>"...), loc)
		switch {
		case err == nil:
			with = append(with, "</image:loc></image:image>"...)
			b = with
			written++
		case !e.lenient:
			return nil, fmt.Errorf("image %.200q: %w", loc, err)
		}
	}
	return b, nil
}
