/** Failures that the engines found in Kontiki itself. Each token once reproduced its failure. */
import { decodeToken, planFrom, planOf, simulate } from "@kontiki/testing";
import { expect, test } from "vitest";

const FOUND: readonly (readonly [title: string, token: string, met: readonly string[]])[] = [
  [
    "a log that was compacted twice, with the start of a segment in between, can be opened",
    "k1-dkucVq2a2YscVRjFp3smCeqIMUElCjIKYoRxrFt7YYyicUUGt4DiRjnTOoM66HTbPqgoGBdEJJG4REWxfbBRVFzABcUxqKjc4JZHQcUFxQ3EP0Cquru2U9W55_bkbQh96t7v_L5zlyqEuxvF7lKj2eyBbfpz9nXCDA3RcF0_aFSDXYHkJCJ58dnh3EJMXcxhc2ox4vP2pR6cEam9kU6FS_PJ_0ULaHN6gHFrIWxF7C43psLlxowKvfLxLLybKuHdnEV3zYHQXZ8Dd98ZGWzLYFybwrgFYByPYJzow1gfGcZ1Xw0cH0C5f2wsC9vGB1PYZqfKYBurAGtvRUvWoCVrMYKTeQR3DbBL93JxDib7lSj0NqxEoVfrLM6vyxD73diedBEbYzLeTKK92zZm4n-91O-2Re_P4nJUIj9evth22xZKTJRL1HFFM7M_WzvsyWWLarft4sMPUlYxBioBqhzMqwgDVA4haykESEyqSZiJhAkSh2rMxQKVw9i5OCCxnp2LCxKH66G1ge0ZI9Mzwsv3jA-j2qg2sbS8AUgcQdbGRFSO5PvHRFqOYgeCqGwiUTERlaNZCUTlGFbCA4lj-YpamALHZVTqav1nYVGPVyY_dyI4gW9-CwtxYkZljaIKMn5SJ2xtJ9CykfFptpHTc81KImuD7MmdsLWZj5WZ8p-pxYrl5GLFRoJP6YStcYJgG40zOmFLfqY0M5H9nRj26HLybTTcUlZJsHHQc3sVPHcw6Bwy6BzsSU-5J3PF9ZUDIX040nGq3lK4RQ2qxBAXA-00crlz0dOtfCa6aOHp7EDQwjP1LDyrE7bqRGu62Jrb2MHjvuOc8iqqdEa3bdq5_PHQ53PVJplA6qHP55GLsIcmn0_2qYcmX8BK4Aoxy0qgWxcpL8WJio-mXDJsES1PZh-Leik5HR-Lell0Vq2_z4hgWberiqSTwc3iFeXLcLUErlRXapwakfareIcD9ObqqCa1aXI0aNA1ZNIHaM-1WkNBh8JhcV_iUIBxOcfvxQP0eb68JtReQhhGUbbBb5eEIYoq149ys9M_-KfyZlH-BnI7KQyrKLGgJpGe4A27KLFIoiAMpyhxY2YU4-y22y6c5g2vKH-Tjpl-UeVmnldhBEWVW9SqlRZcgO23srYLsH2ZvscC25sVB5Ght1ACrG_FgbSTrGvvIimrc5vetq9NPD7jCcBxR6zzH1kOE4y5czUTwwTT7tI_eSXnwVQezLxbDe5MAaBX5b2914SMigXBK3eoqqRMWdBo8r6cilKjWGCpvD9SmbiQSVkLnJMPaMwIDJIPx9uzbbpHjP4ilDzBhoVTPhI_YZZvRbkz_uXlTLVtrNOuKhW1Gbr5Q5SwsYaP5p6gRKgNeSV3q6qkVNgQO_Ix1ZplVGBNkk9UjUWVCj9XMwf78cnh46zIWQdbck8ctFtxqAfE6ymN9dtBvp6OZ3IPU3EHGXomVnmIUkGGnuWPJ8JBiJ6LB7ObrQ1y9Dy7rXCRlA6tgZC8QF7mCBdT-0U1jbTHXVzLXmJfI3mYpy9reOxhWV-hh4IleXWUl25mYZvuYWu9pvdGRL7Ovob00Ko36PpgH71Ja2ALvbUKd-PCR4ze1qztO-ycfPT1XdYfHwPzPXocGJcf0Broz4ej7KD7K2P61hj7dIWNvwDj7yON7wMCbPe9rG0BWv-xRnoF6NwnGmt3gE3-Kf1aH5v8c35GJt4MyS_0zqtS8t6aeGcj9-nMArvyS_bbAryckV-Tpph4qSK_YTUEJuS37OcFAl3dr1FWvOCR37NlxYsE-YPOxyMIyo-a68ZPei8z5c-affELXTKk6FeWIgsp-i2jMaGkgfb_zpJYcunwR3xdsKOvUlP67gf7-8-RrqN6gqk-5vpfGpBaGCF_629MV1JdzPp_6E-nEKp_WajsDBD_Aw",
    ["compactions", "restarts"],
  ],
  [
    "a write is not misplaced while its node recovers, which would not know of that damage",
    "k1-7PAZD72WQUvDMBiGv1DZdA42ZAePBa9ldFNkggcRvYje9AdkptsKrkKbuf0MD4L3gkMURPAPyM52p1687LdI0qTN1k3mwPbUpmny8uV5-71puIcEd3FbYG3ViYkPzNZezWrtNlrNxVgvALKYBtI9xdcdzhyn0NNtRmffidBknEY6DYks7WCqWwPbo4aOaTyddVTP0LFD4iFWOttp80UY2ALmalSA9Xl0bCd0HHI6kEIHqHRo03SAoAMiOp669sAiChZEwQIZsvbzUQaUQlmTIIUAKiCoHwMyBhR-zkMEFuAwStxdTLubqN6uSG-PZr09htLxkeruyoy7g_Upb69NOTsoK75-uW3atIe5KSBA96-05zonLJKyAW14YzPOJ5B7V9bjy4QAH108uHIiL1CLyGG-xrlFqeXGj0JoCPDsWZ7HwA8B3sR98pa7JdgoCFzEmT1MIM89EudMniuVFMkj30hkSdfHdIf9rhFr2XFXxYT4mIJ8gaTxlHCrdgJMA3TGJpd8m-RkdEgCrjpZbIz4R5dyh7xi88ckQIBoi4WkLWrpdm1G_fCb3JnVf7_Uzl3wMf0aCo3akhprZqYaN1coY62WqcSij2khHYB-l1jPVGJZqWJlWYn7mUrcWuWgG5lKrHDTX_zxqOtZGeYH",
    ["began.misdirect", "restarts"],
  ],
  [
    "a late answer to a message of an earlier lead confirms nothing of a later one",
    "k1-9y1jZO2azWoTURTH70yaBmtUBBcuZJiFH1VCySRNq1goSH2Q60zaDuoteKe1j6Fd9AEuFMW-goJUlIJp6SIrKaErX0AfQO7HZG4yNzozTBeW8190UXIOd875nXv-zTQN93t-7ZIupRJsPL_wqNtpBm1v8dlqa96bDPYEJOtpJP2n2F8X1AkOqRtyPl8Tlz96SNZow8UkGP5WIMv5ledvxChH6zhyu9shjRoujoYf55uWzqkVZgJiKgGityuIsMeJcBQRaJQIpIhAkoi9l-F2N9BQOKqdJDAEcb3N-CJrHF90LYanj5AORfV0CMUxsvqfTVigCQgcJBM9k57oJX2enYnzXNGn2c49zfwDapoHyPrgv9jwn69wV_R9-QwJ7Uebr8gKN6O8Dkhge7z169OyaqMq5U68Q5Utja_Kn6tC4v7sHfIb02qIG9P-ysKgGkcl9tYUeGT9ZjjqHYpAq87C4Lo2KafIGaBptfOQ2i2VZLfY48tTLI8v7_jPkKwNkL3vbxAaUtH_0Q3Cn7GPkMzP96D17_zNnPkZacn8U1p-u-j590Q3Rw9eZThy0ku3lMLwpT6d5-AH8kw1hqPZczoTz3-pjGZpxWTEk4lnyqDM1KXL59MlRtoyf730irRk-6_kaaVq_1XtMFaZh7lRgMWb2SrjFR3sWxoyZTzscPCcPFVUDvx2gZg7BWLuMhy10lRUzH8T_aidbLUfzoFAIBAIBPq_pTuse9kMRGG3P1tGfpPDup_Nunm683mQx06qmEVzzLhbaiZuqdMBxEAgEAgEuiBuiZuBx5rpsDN-3bJkdkB_-bploQlVB4FAIBDoAhmIJwXe11D-ct7-mOM9Ho_qvRHv9M_yhr0V_zz1LXPYHw",
    ["began.replay", "transfers"],
  ],
  [
    "the last write of a damaged log, which was in the cache alone, is durable once that log is set aside",
    "k1-sTnpp8NM3EvTMnNSiyGp2sI8zdwgMdHYyMAyxTgxxQh3qsaRHnnA6XFtUX5JSWZeenwKuNaGpEsrcBWukJNfnKoAir_UFIWUxJJEHYXyjMycVAWwkxXA1Y1CYl6KQmJRqkJyaYlCflqaHrR6whbZLIjIDsCIbGZQZLNAI5uJ4shmfgELUaITKDMseVxhYECK9jO_ELHup4At1hlwxPAhvBn2zDTk_CqJM7-eY-B3ckDOsayEcqwASn49y4GUW8Fpjh8aR9AQmghLZ0htOZACeANlUWKJCKiMO3MBVNEhpdDJiCqLC7NEZ8asaQwgRfmKMkM9MECvF2CmMKObgqhB4UaYYBrBgc8IFIcYwUyxQDYFAA",
    ["disk.misdirected", "recoveries.damaged"],
  ],
  [
    "the only voter may lead a term twice, with other entries, if its disk refused its vote the first time",
    "k1-ZM6QpcOSuH3y0xV8QWUSqNIEJ-5UkxTDxGTjRMOUFAMzcwtD3IkbR7LkwUyWya6JyRnglAdOi8UKmaA0Wp6nAPJ-Zl56sY5CYl4KXBScbEFpGOIHHVhyLslILFFIrcgsLtFRSCyBKwfVtsV6EH8zYksUEohEcWYaOFUwIqUKBuRUwYyaKhigqYIBkiqW5mZWpKZgTw4psBAnNgGDkzo4-VxhYEBOFkzv4MniHAPjlQPYEgYDjkRwCJGnuTDzdApyjhbBmaPPMfA7OSDnaQa0PH2WA2-OPiuAlJ9Xl5QW5bmAmp4gP0uCE-m5Vw2WEdAIgwbbRFiNiWhagktLUOsGvY25KLGEAVRGnvkKqiiRUvjkewxs0LqTAbNGYEKr8iBF_uHlIDIzL_0eA9Pq5Py84sxicJyhlvsgpyzKM4TUOGJINQ4jwnxmzJrQAFLVrCgzMtIDAeR6yx5U2DNOwHQnPnPMjJHMAQA",
    ["ended.diskError", "restarts"],
  ],
  [
    "a timer that was due during a pause and is cancelled when its process resumes does not fire",
    "k1-8MDuysNM3MtAvikqhiTrlCRTQ5NEU_Nk89TktCTjFNzJGkeC5MFMkMmuickZ4DQHToXFCpmg1FmepwDyeGZeerGOQmJeClwUnGBBqRfieh1YQi7JSCxRSK3ILC7RUUgsgSsH1bPFemg-hkXKFQYG5MDmKoAH9jkGxisHsKUeCUTqEQGnHlb01MMGTT0MqKmHAZp6GPCnHkak1MN-AVuEM-CI3EM4sgUjRrZgRMrVOPPsOQZ-JwfkXCuCyIAomfOsA0reFcCWuTHLjjPTkIsOSXDCPOfTemItalRNhiVISOMJXDrCWzGLEkuYwQUhqzyoOoRVqIiWJ6pyRDsU1B4Cl6NXwNoZw0B1BAGbzrIagRUzWS3KTGFFyjMT7zGwQesYBsw6hgmtEjUBVyKHl4PIzLz0ewxMq5Pz84ozi8HxtRQcxGC7rzAwAAA",
    ["began.pause", "ended.diskError"],
  ],
];

test.each(FOUND)("%s", (_title, word, met) => {
  const token = decodeToken(word);
  if (token.type !== "run") throw new Error("these are tokens of runs");
  const { verdict, violations, coverage } = simulate(planFrom(token.recipe, planOf));
  expect({ verdict, violations }).toEqual({ verdict: "valid", violations: [] });
  expect(met.filter((name) => (coverage[name] ?? 0) === 0)).toEqual([]);
});
