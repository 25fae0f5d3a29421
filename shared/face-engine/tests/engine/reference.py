"""Describes the largest face of each picture with dlib itself: the models' folder, a folder for the aligned faces, pictures."""

import json
import sys
from pathlib import Path

import dlib

models, chips, *pictures = map(Path, sys.argv[1:])
find = dlib.get_frontal_face_detector()
locate = dlib.shape_predictor(str(models / "shape_predictor_5_face_landmarks.dat"))
net = dlib.face_recognition_model_v1(str(models / "dlib_face_recognition_resnet_model_v1.dat"))

described = []
for picture in pictures:
    image = dlib.load_rgb_image(str(picture))
    largest = max(find(image, 1), key=lambda face: face.area())
    landmarks = locate(image, largest)
    chip = dlib.get_face_chip(image, landmarks, 150, 0.25)
    path = chips / picture.name
    dlib.save_image(chip, str(path))
    described.append({
        "chip": str(path),
        "landmarks": [[point.x, point.y] for point in landmarks.parts()],
        "whole": list(net.compute_face_descriptor(image, landmarks)),
        "aligned": list(net.compute_face_descriptor(chip)),
    })
json.dump(described, sys.stdout)
