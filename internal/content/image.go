package content

import (
	"github.com/tidwall/gjson"

	"feedstation/internal/article"
)

// addresses takes the images of an article, of which a list needs the addresses
// only: an archive has millions, and with encoding/json they would take as long
// as all the rest. That is asked where the text is anything but what it should
// be, and says what is wrong.
func (r *row) addresses(column string) []article.Image {
	text := r.text(column)
	if text == "" || text == "[]" {
		return nil
	}
	list := gjson.Parse(text)
	plain := list.IsArray() && gjson.Valid(text)
	var images []article.Image
	list.ForEach(func(_, image gjson.Result) bool {
		address := image.Get("url")
		plain = plain && image.IsObject() && address.Type == gjson.String
		images = append(images, article.Image{URL: address.Str})
		return plain
	})
	if !plain {
		return decode[[]article.Image](r, column, text)
	}
	return images
}
