package demo

import (
	"strconv"
	"time"
)

func newChinese() *voice {
	t := mustRead("zh")
	v := &voice{
		tag:      "zh-CN",
		outlets:  t.outlets,
		weekdays: [7]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"},
		appendDate: func(text []byte, date time.Time) []byte {
			text = append(strconv.AppendInt(text, int64(date.Month()), 10), "月"...)
			return append(strconv.AppendInt(text, int64(date.Day()), 10), "日"...)
		},
		stop:       "。",
		listen:     "听新闻：",
		own:        func(station string) string { return "版权归" + station + "所有，转载请注明出处。" },
		syndicated: func(outlet string) string { return "原载" + outlet + "，版权归原作者所有。" },
	}
	v.compile(t, "{station}讯（通讯员 {person9}）", "资料图：{park}。", "资料图：{street}。", "资料图：{bridge}。")
	return v
}

func newEnglish() *voice {
	t := mustRead("en")
	v := &voice{
		tag:      "en",
		outlets:  t.outlets,
		weekdays: [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		appendDate: func(text []byte, date time.Time) []byte {
			text = append(append(text, date.Month().String()...), ' ')
			return strconv.AppendInt(text, int64(date.Day()), 10)
		},
		stop:       ". ",
		listen:     "Listen: ",
		own:        func(station string) string { return "© " + station + ". Please name the source when quoting." },
		syndicated: func(outlet string) string { return "First published by " + outlet + ". All rights with the author." },
	}
	v.compile(t, "", "File photo: {park}.", "File photo: {street}.", "File photo: {bridge}.")
	return v
}
