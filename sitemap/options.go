package sitemap

// Options are the limits and extensions of a sitemap. The zero value is a
// plain sitemap within the limits of Google, Bing, Yandex and, for addresses of
// up to 256 bytes, of Baidu, Sogou and 360. A plain sitemap of 10,000 URLs is
// within those of Toutiao, which accepts no extension.
type Options struct {
	// MaxURLs is the largest number of URLs. 0 or less stands for [MaxURLs],
	// or [MaxNewsURLs] with News set; a larger number is lowered to that.
	MaxURLs int

	// MaxBytes is the largest uncompressed size of the whole file, from the XML
	// declaration to the line break behind the end tag. 0 or less stands for
	// [DefaultBytes]; more than [MaxBytes] is lowered to that.
	MaxBytes int64

	// News, Images, Videos and Alternates declare the extensions, and with them
	// allow the fields of [URL] of the same names. They depend on the file, not
	// on its URLs, because the declarations stand in front of the first one.
	News, Images, Videos, Alternates bool

	// Lenient drops what cannot be published of a page, one by one, where a
	// Writer refuses the page otherwise: a LastMod, an image, a video, an
	// alternate, what is beyond the limits on their number, an image or a
	// language that the page has already, and what needs an extension that the
	// file does not have. A single alternate that is left says nothing and is
	// dropped as well. Loc and News are the page itself and never dropped.
	Lenient bool

	// Invalid decides about a URL that [Split] cannot publish: nil leaves it
	// out and goes on, an error ends Split with that error. Without Invalid
	// the first such URL ends Split. A [Writer] has no use for it.
	Invalid func(*URLError) error
}

// The namespaces of the extensions as their declarations, in the order in which
// a file has them.
const (
	declareNews       = ` xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"`
	declareImages     = ` xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"`
	declareVideos     = ` xmlns:video="http://www.google.com/schemas/sitemap-video/1.1"`
	declareAlternates = ` xmlns:xhtml="http://www.w3.org/1999/xhtml"`
)

const (
	xmlHead     = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	sitemapNS   = "http://www.sitemaps.org/schemas/sitemap/0.9"
	urlsetStart = `<urlset xmlns="` + sitemapNS + `"`
	urlsetEnd   = "</urlset>\n"
)

func (o *Options) head() string {
	s := xmlHead + urlsetStart
	if o.News {
		s += declareNews
	}
	if o.Images {
		s += declareImages
	}
	if o.Videos {
		s += declareVideos
	}
	if o.Alternates {
		s += declareAlternates
	}
	return s + ">\n"
}

// Limits returns the limits of a file that apply.
func (o *Options) Limits() (urls int, bytes int64) {
	urls, bytes = MaxURLs, DefaultBytes
	if o.News {
		urls = MaxNewsURLs
	}
	if o.MaxURLs > 0 {
		urls = min(urls, o.MaxURLs)
	}
	if o.MaxBytes > 0 {
		bytes = min(MaxBytes, o.MaxBytes)
	}
	return urls, bytes
}

// allow returns which extension u would need. With Lenient it takes from u what
// would need one, but for News.
func (o *Options) allow(u *URL) error {
	if o.Lenient {
		if !o.Images {
			u.Images = nil
		}
		if !o.Videos {
			u.Videos = nil
		}
		if !o.Alternates {
			u.Alternates = nil
		}
	}
	switch {
	case u.News != nil && !o.News:
		return errNewsOption
	case len(u.Images) > 0 && !o.Images:
		return errImagesOption
	case len(u.Videos) > 0 && !o.Videos:
		return errVideosOption
	case len(u.Alternates) > 0 && !o.Alternates:
		return errAlternatesOption
	}
	return nil
}
