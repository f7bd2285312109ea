package pages

import (
	"html/template"
	"strconv"

	goqr "github.com/piglig/go-qr"
)

// A QR code is at least so wide that a camera finds it: a margin of four modules on all
// sides (ISO/IEC 18004 §9.1).
const (
	margin    = 4
	maxCode   = 250 // bytes of an address: longer ones make codes too fine for a camera
	anyMask   = 0   // all are valid; to find the best takes thirty times as long
	minVer    = 1
	maxVer    = 40
	moreCheck = true // a higher level of correction where it costs no room
)

// code is a QR code.
type code struct {
	Width int           // with its margin, in modules
	Path  template.HTML // of its dark modules, as the path of an SVG has it
}

// codeOf returns the QR code of an address; nil: it is too long for one.
func codeOf(address string) *code {
	if len(address) > maxCode {
		return nil
	}
	segments, err := goqr.MakeSegments(address)
	if err != nil {
		return nil
	}
	qr, err := goqr.EncodeSegments(segments, goqr.Low, minVer, maxVer, anyMask, moreCheck)
	if err != nil {
		return nil
	}
	var path []byte
	number := func(command string, n int) { path = strconv.AppendInt(append(path, command...), int64(n), 10) }
	for y := range qr.Size() {
		end := 0 // of the run before, in its row
		for x := 0; x < qr.Size(); x++ {
			from := x
			for x < qr.Size() && qr.Module(x, y) {
				x++
			}
			switch {
			case x == from:
				continue
			case end == 0:
				number("M", margin+from)
				number(" ", margin+y)
			default:
				number("m", from-end)
				path = append(path, " 0"...)
			}
			number("h", x-from)
			end = x
		}
	}
	return &code{qr.Size() + 2*margin, template.HTML(path)}
}
