package sitemap

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// The limits of a [Video].
const (
	MaxVideos           = 1_000  // videos of one URL; no engine publishes a limit, this is that of images
	MaxVideoTitle       = 100    // characters, the XML schema
	MaxVideoDescription = 2_048  // characters, Google
	MaxVideoSeconds     = 28_800 // eight hours, Google
)

var (
	errVideosOption     = errors.New("videos in a sitemap without Options.Videos")
	errTooManyVideos    = fmt.Errorf("more than %d videos", MaxVideos)
	errVideoTitle       = errors.New("no title")
	errVideoDescription = errors.New("no description")
	errVideoThumbnail   = errors.New("no thumbnail")
	errVideoContent     = errors.New("no content")
	errVideoPage        = errors.New("content is the page itself")
	errVideoSeconds     = fmt.Errorf("not between 0 and %d seconds", MaxVideoSeconds)
)

// Video describes a video that a page shows. Thumbnail, Title, Description and
// Content are required.
//
// Title and Description are plain text under the rules of [News]. One that is
// longer than its limit is clipped: at the last space, if that is within 32
// bytes of the limit, else between two characters as readers see them (grapheme
// clusters).
type Video struct {
	Thumbnail   string    // address of a still picture, under the rules of [URL.Loc]
	Title       string    // at most MaxVideoTitle characters
	Description string    // at most MaxVideoDescription characters
	Content     string    // address of the media file, under the rules of [URL.Loc]; not that of the page
	Seconds     int       // how long it runs, 1 to MaxVideoSeconds; 0 is left out
	Published   time.Time // when it was first published, under the rules of [URL.LastMod]
}

// appendVideos appends a video element for each video of a page.
func (e *encoder) appendVideos(b []byte, page string, videos []Video) ([]byte, error) {
	if len(videos) > MaxVideos && !e.lenient {
		return nil, errTooManyVideos
	}
	written := 0
	for i := range videos {
		if written == MaxVideos {
			break
		}
		with, err := e.appendVideo(b, page, &videos[i])
		switch {
		case err == nil:
			b = with
			written++
		case !e.lenient:
			return nil, fmt.Errorf("video %d: %w", i+1, err)
		}
	}
	return b, nil
}

// appendVideo appends the video element, its children in the schema's order.
func (e *encoder) appendVideo(b []byte, page string, v *Video) ([]byte, error) {
	if err := v.check(page); err != nil {
		return nil, err
	}
	b = append(b, "<video:video><video:thumbnail_loc>"...)
	b, _, err := e.thumbnail.appendLoc(b, v.Thumbnail)
	if err != nil {
		return nil, fmt.Errorf("thumbnail %.200q: %w", v.Thumbnail, err)
	}
	b = append(b, "</video:thumbnail_loc><video:title>"...)
	b, ok := e.appendText(b, v.Title, MaxVideoTitle)
	if !ok {
		return nil, errVideoTitle
	}
	b = append(b, "</video:title><video:description>"...)
	if b, ok = e.appendText(b, v.Description, MaxVideoDescription); !ok {
		return nil, errVideoDescription
	}
	b = append(b, "</video:description><video:content_loc>"...)
	if b, _, err = e.content.appendLoc(b, v.Content); err != nil {
		return nil, fmt.Errorf("content %.200q: %w", v.Content, err)
	}
	b = append(b, "</video:content_loc>"...)
	if v.Seconds > 0 {
		b = append(b, "<video:duration>"...)
		b = strconv.AppendInt(b, int64(v.Seconds), 10)
		b = append(b, "</video:duration>"...)
	}
	if !v.Published.IsZero() {
		b = append(b, "<video:publication_date>"...)
		if b, err = e.appendTime(b, v.Published); err != nil {
			return nil, fmt.Errorf("publication date: %w", err)
		}
		b = append(b, "</video:publication_date>"...)
	}
	return append(b, "</video:video>"...), nil
}

// check returns what is wrong with the fields that need no encoding for it.
func (v *Video) check(page string) error {
	switch {
	case v.Thumbnail == "":
		return errVideoThumbnail
	case v.Content == "":
		return errVideoContent
	case v.Content == page:
		return errVideoPage
	case v.Seconds < 0, v.Seconds > MaxVideoSeconds:
		return errVideoSeconds
	}
	return nil
}
