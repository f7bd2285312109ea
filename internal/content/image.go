package content

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"feedstation/internal/article"
)

// What most articles have is taken from its JSON without encoding/json: an
// archive has millions of images, and every feed fifty articles with lists of
// all kinds. That is asked where a text is anything but what it should be, and
// says what is wrong.

// parse returns the JSON of a text whose strings are as they are written, and
// whether it is that.
func parse(text string) (gjson.Result, bool) {
	if strings.IndexByte(text, '\\') >= 0 || !utf8.ValidString(text) || !gjson.Valid(text) {
		return gjson.Result{}, false
	}
	return gjson.Parse(text), true
}

// names takes a list of texts.
func (r *row) names(column string) []string {
	text := r.text(column)
	if text == "" || text == "[]" {
		return nil
	}
	list, plain := parse(text)
	plain = plain && list.IsArray()
	var names []string
	if plain {
		list.ForEach(func(_, name gjson.Result) bool {
			plain = name.Type == gjson.String
			names = append(names, name.Str)
			return plain
		})
	}
	if !plain {
		return decode[[]string](r, column, text)
	}
	return names
}

// source takes an outlet.
func (r *row) source(column string) article.Source {
	text := r.text(column)
	if text == "" || text == "{}" {
		return article.Source{}
	}
	object, plain := parse(text)
	var source article.Source
	if !plain || !members(object, func(key string, value gjson.Result) bool {
		switch key {
		case "name":
			return textOf(value, &source.Name)
		case "url":
			return textOf(value, &source.URL)
		}
		return false
	}) {
		return decode[article.Source](r, column, text)
	}
	return source
}

// images takes the images of an article.
func (r *row) images(column string) []article.Image {
	text := r.text(column)
	if text == "" || text == "[]" {
		return nil
	}
	list, plain := parse(text)
	plain = plain && list.IsArray()
	var images []article.Image
	if plain {
		list.ForEach(func(_, object gjson.Result) bool {
			var image article.Image
			plain = members(object, memberOf(&image))
			images = append(images, image)
			return plain
		})
	}
	if !plain {
		return decode[[]article.Image](r, column, text)
	}
	return images
}

func memberOf(image *article.Image) func(key string, value gjson.Result) bool {
	return func(key string, value gjson.Result) bool {
		switch key {
		case "url":
			return textOf(value, &image.URL)
		case "caption":
			return textOf(value, &image.Caption)
		case "credit":
			return textOf(value, &image.Credit)
		case "type":
			return textOf(value, &image.Type)
		case "width":
			return numberOf(value, &image.Width)
		case "height":
			return numberOf(value, &image.Height)
		case "bytes":
			return numberOf(value, &image.Bytes)
		}
		return false
	}
}

// members calls take with each member of an object, until that returns false.
// It reports whether it is an object, and take has returned true for all.
func members(object gjson.Result, take func(key string, value gjson.Result) bool) bool {
	plain := object.IsObject()
	if plain {
		object.ForEach(func(key, value gjson.Result) bool {
			plain = take(key.Str, value)
			return plain
		})
	}
	return plain
}

func textOf(value gjson.Result, into *string) bool {
	*into = value.Str
	return value.Type == gjson.String
}

func numberOf[T int | int64](value gjson.Result, into *T) bool {
	n, err := strconv.ParseInt(value.Raw, 10, strconv.IntSize)
	*into = T(n)
	return err == nil && value.Type == gjson.Number
}

// addresses takes the images of an article, of which a list needs the addresses
// only.
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
